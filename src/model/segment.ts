/** A segment: rules that say which login requests belong to it. */

import { z } from 'zod'
import { apiError } from './error-codes.ts'
import { MANAGEMENT_TYPES } from './feature-flag.ts'
import { idPattern } from './ids.ts'
import { descriptionChangeSchema, descriptionSchema, nameSchema } from './naming.ts'
import { requireRuleSizes, segmentRuleSchema } from './segment-rule.ts'
import { requireTransition, type Transitions } from './status-machine.ts'

export const SEGMENT_STATUSES = ['active', 'archived'] as const

export type SegmentStatus = (typeof SEGMENT_STATUSES)[number]

/** A segment can be used from its creation on; archiving it is final. */
export const SEGMENT_TRANSITIONS: Transitions<SegmentStatus> = { active: ['archived'], archived: [] }

export const segmentIdSchema = z.string().regex(idPattern('segment'), 'must be a segment id (seg_…)')

const rulesSchema = z.array(segmentRuleSchema).min(1, 'must have at least one rule')

/** The wire object; `id` and `segment_id` are the same, as in every noun. */
export const segmentSchema = z
  .strictObject({
    id: segmentIdSchema,
    segment_id: segmentIdSchema,
    name: z.string(),
    description: z.string().optional(),
    type: z.enum(MANAGEMENT_TYPES),
    status: z.enum(SEGMENT_STATUSES),
    rules: rulesSchema,
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Segment' })

export type Segment = z.output<typeof segmentSchema>

export const segmentCreationSchema = z
  .strictObject({ name: nameSchema, description: descriptionSchema.optional(), rules: rulesSchema })
  .meta({ id: 'SegmentCreation' })

export type SegmentCreation = z.output<typeof segmentCreationSchema>

/** `rules` replaces all of them. */
export const segmentChangeSchema = z
  .strictObject({
    name: nameSchema.optional(),
    description: descriptionChangeSchema.optional(),
    rules: rulesSchema.optional(),
    status: z.enum(SEGMENT_STATUSES).optional(),
  })
  .meta({ id: 'SegmentChange' })

export type SegmentChange = z.output<typeof segmentChangeSchema>

/** @throws `segment_not_modifiable` for a segment that the product manages */
export const requireOwnSegment = ({ id, type }: Pick<Segment, 'id' | 'type'>): void => {
  if (type === 'auth0') throw apiError('segment_not_modifiable', `The segment ${id} is managed and cannot change.`)
}

/** What a change is checked against. */
export interface SegmentSurroundings {
  /** The active experiment that allocates by this segment, if there is one. */
  readonly activeExperimentId?: string | undefined
}

const requireUnusedSegment = (segment: Segment, { activeExperimentId }: SegmentSurroundings): void => {
  if (activeExperimentId === undefined) return
  throw apiError(
    'segment_in_active_experiment',
    `The experiment ${activeExperimentId} allocates by the segment ${segment.id} and is active; pause or complete it first.`,
  )
}

/**
 * Applies a change to a segment.
 *
 * @returns the segment as it shall be stored, `updated_at` aside; the same object when nothing is to be written
 * @throws `segment_not_modifiable`, `segment_archived`, `segment_too_large`, `invalid_status_transition`,
 *   `segment_in_active_experiment`
 */
export const changeSegment = (segment: Segment, change: SegmentChange, surroundings: SegmentSurroundings): Segment => {
  requireOwnSegment(segment)
  const { status = segment.status, name = segment.name, rules = segment.rules } = change
  const isEdit = Object.keys(change).some(key => key !== 'status')
  if (isEdit && segment.status === 'archived') {
    throw apiError('segment_archived', `The segment ${segment.id} is archived; use another one.`)
  }
  requireRuleSizes(rules)
  requireTransition('segment', SEGMENT_TRANSITIONS, segment.status, status)
  if (!isEdit && status === segment.status) return segment
  if (status === 'archived') requireUnusedSegment(segment, surroundings)
  const { description: before, ...rest } = segment
  const description = change.description === undefined ? before : (change.description ?? undefined)
  return { ...rest, name, rules, status, ...(description !== undefined && { description }) }
}
