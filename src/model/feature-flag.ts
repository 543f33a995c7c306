/** A feature flag: typed parameters with defaults, which variations override. */

import { z } from 'zod'
import { idPattern } from './ids.ts'
import { descriptionChangeSchema, descriptionSchema, nameSchema } from './naming.ts'
import { parametersSchema } from './parameter.ts'
import type { Transitions } from './status-machine.ts'

export const FEATURE_FLAG_STATUSES = ['draft', 'active', 'archived'] as const
export const MANAGEMENT_TYPES = ['self', 'auth0'] as const

export type FeatureFlagStatus = (typeof FEATURE_FLAG_STATUSES)[number]

/** Archived is an end; nothing becomes a draft again (contract: experiment-center lifecycle of flags). */
export const FEATURE_FLAG_TRANSITIONS: Transitions<FeatureFlagStatus> = {
  draft: ['active', 'archived'],
  active: ['archived'],
  archived: [],
}

export const featureFlagIdSchema = z.string().regex(idPattern('feature_flag'), 'must be a feature flag id (flg_…)')

/**
 * The wire object. It carries its id twice: the Beta's OpenAPI and every SDK read `id`, the tutorials read
 * `feature_flag_id`, and with both names both work.
 */
export const featureFlagSchema = z
  .strictObject({
    id: featureFlagIdSchema,
    feature_flag_id: featureFlagIdSchema,
    name: z.string(),
    description: z.string().optional(),
    type: z.enum(MANAGEMENT_TYPES),
    status: z.enum(FEATURE_FLAG_STATUSES),
    parameters: parametersSchema,
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'FeatureFlag' })

export type FeatureFlag = z.output<typeof featureFlagSchema>

export const featureFlagCreationSchema = z
  .strictObject({ name: nameSchema, description: descriptionSchema.optional(), parameters: parametersSchema })
  .meta({ id: 'FeatureFlagCreation' })

export type FeatureFlagCreation = z.output<typeof featureFlagCreationSchema>

/** `parameters` replaces the whole map: parameters that it leaves out are gone. */
export const featureFlagChangeSchema = z
  .strictObject({
    name: nameSchema.optional(),
    description: descriptionChangeSchema.optional(),
    parameters: parametersSchema.optional(),
    status: z.enum(FEATURE_FLAG_STATUSES).optional(),
  })
  .meta({ id: 'FeatureFlagChange' })

export type FeatureFlagChange = z.output<typeof featureFlagChangeSchema>

export const featureFlagStatusChangeSchema = z
  .strictObject({ status: z.enum(FEATURE_FLAG_STATUSES) })
  .meta({ id: 'FeatureFlagStatusChange' })
