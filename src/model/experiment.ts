/** An experiment: the variations of one feature flag, allocated to the traffic of logins. */

import { z } from 'zod'
import { allocationInputSchema, allocationSchema } from './allocation.ts'
import { flowWordSchema } from './authentication-flow.ts'
import { apiError } from './error-codes.ts'
import { featureFlagIdSchema, featureFlagSchema } from './feature-flag.ts'
import { idPattern } from './ids.ts'
import { descriptionChangeSchema, descriptionSchema, nameSchema } from './naming.ts'
import type { Transitions } from './status-machine.ts'

export const EXPERIMENT_STATUSES = ['draft', 'active', 'paused', 'completed', 'archived'] as const

export type ExperimentStatus = (typeof EXPERIMENT_STATUSES)[number]

/** Activation and reactivation are validated first; completed and archived experiments never serve again. */
export const EXPERIMENT_TRANSITIONS: Transitions<ExperimentStatus> = {
  draft: ['active', 'archived'],
  active: ['paused', 'completed'],
  paused: ['active', 'completed', 'archived'],
  completed: ['archived'],
  archived: [],
}

/** Nothing becomes a draft again, so the wire does not offer it. */
export const experimentTargetStatusSchema = z.enum(['active', 'paused', 'completed', 'archived'])

export const experimentIdSchema = z.string().regex(idPattern('experiment'), 'must be an experiment id (exp_…)')

const assignmentConfigSchema = z
  .strictObject({ subject: z.enum(['device', 'user', 'session']) })
  .meta({ id: 'AssignmentConfig', description: 'What is assigned, and therefore what always gets the same variation.' })

const levelsSchema = z
  .array(z.int().min(0, 'must be at least 0').max(100, 'must be at most 100'))
  .min(1, 'must have at least one level')
  .refine(
    levels => levels.every((level, index) => index === 0 || level > (levels[index - 1] ?? 100)),
    'must be strictly increasing',
  )
  .meta({ description: 'A ramp: percentages of exposure for the treatments, one after the other.' })

const defaultConfigSchema = z.enum(['tenant', 'flag'])

const allocationStrategySchema = z.enum(['percentage', 'segment'])

/** The fields that a change may name; which of them it may change depends on the status. */
export const EDITABLE_FIELDS = [
  'name',
  'description',
  'authentication_flow',
  'assignment_config',
  'allocations',
  'default_config',
  'levels',
] as const

export type EditableField = (typeof EDITABLE_FIELDS)[number]

/**
 * The wire object: what the Beta and later generations answer, together. Fields that are not set are left out;
 * only the snapshots and the level of a ramp that has not begun are null, because later generations declare them so.
 */
export const experimentSchema = z
  .strictObject({
    id: experimentIdSchema,
    experiment_id: experimentIdSchema,
    name: z.string(),
    description: z.string().optional(),
    feature_flag_id: featureFlagIdSchema,
    feature_flag_name: z.string().optional(),
    authentication_flow: flowWordSchema,
    allocation_strategy: allocationStrategySchema,
    assignment_config: assignmentConfigSchema,
    default_config: defaultConfigSchema.optional(),
    levels: z.array(z.int()).optional(),
    current_level: z.int().nullable().optional(),
    status: z.enum(EXPERIMENT_STATUSES),
    is_valid: z.boolean(),
    allocations: z.array(allocationSchema),
    feature_flag_snapshot: featureFlagSchema.or(z.null()),
    phase: z.int().optional().meta({ description: 'The phase of the run; absent before the first activation.' }),
    editable_fields: z.array(z.enum(EDITABLE_FIELDS)),
    started_at: z.iso.datetime().optional(),
    ended_at: z.iso.datetime().optional(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Experiment' })

export type Experiment = z.output<typeof experimentSchema>

const problemsSchema = z.array(z.strictObject({ code: z.string(), message: z.string() }))

/** What a change of status answers: the experiment, and what its caller should know although the change was made. */
export const changedExperimentSchema = experimentSchema
  .extend({ warnings: problemsSchema.min(1).optional() })
  .meta({ id: 'ChangedExperiment' })

const MAX_ALLOCATIONS = 20

/** Stands beside the schema, because exceeding it has its own code. @throws `experiment_too_many_allocations` */
export const requireAllocationCount = (count: number): void => {
  if (count <= MAX_ALLOCATIONS) return
  throw apiError(
    'experiment_too_many_allocations',
    `There are ${count} allocations; an experiment has at most ${MAX_ALLOCATIONS}.`,
  )
}

const allocationsSchema = z
  .array(allocationInputSchema)
  .min(1, 'must have at least one allocation')
  .meta({ maxItems: MAX_ALLOCATIONS })

/** A draft may lack its allocations; flow and subject have defaults, because later generations do not send them. */
export const experimentCreationSchema = z
  .strictObject({
    name: nameSchema,
    description: descriptionSchema.optional(),
    feature_flag_id: featureFlagIdSchema,
    authentication_flow: flowWordSchema.default('authentication'),
    allocation_strategy: allocationStrategySchema,
    assignment_config: assignmentConfigSchema.default({ subject: 'device' }),
    allocations: allocationsSchema.optional(),
    default_config: defaultConfigSchema.optional(),
    levels: levelsSchema.optional(),
  })
  .meta({ id: 'ExperimentCreation' })

export type ExperimentCreation = z.output<typeof experimentCreationSchema>

/** `allocations` replaces all of them; null takes `description`, `default_config` and `levels` away. */
export const experimentChangeSchema = z
  .strictObject({
    name: nameSchema.optional(),
    description: descriptionChangeSchema.optional(),
    authentication_flow: flowWordSchema.optional(),
    assignment_config: assignmentConfigSchema.optional(),
    allocations: allocationsSchema.optional(),
    default_config: defaultConfigSchema.nullable().optional(),
    levels: levelsSchema.nullable().optional(),
    status: experimentTargetStatusSchema.optional(),
  })
  .meta({ id: 'ExperimentChange' })

export type ExperimentChange = z.output<typeof experimentChangeSchema>

export const experimentStatusChangeSchema = z
  .strictObject({ status: experimentTargetStatusSchema })
  .meta({ id: 'ExperimentStatusChange' })

export const experimentValiditySchema = z
  .strictObject({ is_valid: z.boolean(), errors: problemsSchema })
  .meta({ id: 'ExperimentValidity' })

export type ExperimentValidity = z.output<typeof experimentValiditySchema>
