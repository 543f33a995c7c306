/** A variation: one way in which a feature flag can be served. */

import { z } from 'zod'
import { apiError } from './error-codes.ts'
import { featureFlagIdSchema } from './feature-flag.ts'
import { idPattern } from './ids.ts'
import { descriptionChangeSchema, descriptionSchema, nameSchema } from './naming.ts'
import { overridesSchema, writtenOverridesSchema } from './override.ts'

export const variationIdSchema = z.string().regex(idPattern('variation'), 'must be a variation id (var_…)')

/** The wire object; `id` and `variation_id` are the same, as in every noun. */
export const variationSchema = z
  .strictObject({
    id: variationIdSchema,
    variation_id: variationIdSchema,
    feature_flag_id: featureFlagIdSchema,
    name: z.string(),
    description: z.string().optional(),
    overrides: writtenOverridesSchema,
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Variation' })

export type Variation = z.output<typeof variationSchema>

/** Empty overrides make a variation that serves the flag's defaults: the usual control. */
export const variationCreationSchema = z
  .strictObject({ name: nameSchema, description: descriptionSchema.optional(), overrides: overridesSchema })
  .meta({ id: 'VariationCreation' })

export type VariationCreation = z.output<typeof variationCreationSchema>

export const variationChangeSchema = z
  .strictObject({
    name: nameSchema.optional(),
    description: descriptionChangeSchema.optional(),
    overrides: overridesSchema.nullable().optional(),
  })
  .meta({ id: 'VariationChange' })

export type VariationChange = z.output<typeof variationChangeSchema>

/** As many as an experiment can allocate. */
const MAX_VARIATIONS = 20

/** Makes sure that the flag can have one more. @throws `variation_limit_exceeded` */
export const requireRoomForVariation = (count: number): void => {
  if (count < MAX_VARIATIONS) return
  throw apiError(
    'variation_limit_exceeded',
    `A feature flag has at most ${MAX_VARIATIONS} variations; delete one first.`,
  )
}

/** Makes sure that one remains. @throws `variation_last` */
export const requireAnotherVariation = (count: number): void => {
  if (count > 1) return
  throw apiError('variation_last', 'The last variation of a feature flag cannot be deleted; delete the flag instead.')
}
