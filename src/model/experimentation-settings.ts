/** What a tenant chooses for all of its experiments. */

import { z } from 'zod'

/** How many experiments may be active: one, or one in each flow. */
export const ACTIVE_LIMITS = ['one', 'one_per_flow'] as const

export type ActiveLimit = (typeof ACTIVE_LIMITS)[number]

const activeLimitSchema = z.enum(ACTIVE_LIMITS).meta({
  description: 'How many experiments may be active: one, or one in each authentication flow. Default `one`.',
})

export const experimentationSettingsSchema = z
  .strictObject({ active_experiments: activeLimitSchema })
  .meta({ id: 'ExperimentationSettings' })

export type ExperimentationSettings = z.output<typeof experimentationSettingsSchema>

export const experimentationSettingsChangeSchema = z
  .strictObject({ active_experiments: activeLimitSchema.optional() })
  .meta({ id: 'ExperimentationSettingsChange' })

export type ExperimentationSettingsChange = z.output<typeof experimentationSettingsChangeSchema>
