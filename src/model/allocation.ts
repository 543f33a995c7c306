/** An allocation: which part of the traffic a variation of an experiment receives. */

import { z } from 'zod'
import { segmentIdSchema, segmentSchema } from './segment.ts'
import { variationIdSchema, variationSchema } from './variation.ts'

/** Steps of 0.01 %: what the database stores and what canary releases need. */
const isHundredth = (weight: number): boolean => Math.round(weight * 100) / 100 === weight

/** The database's column is a 32-bit integer. */
const MAX_PRIORITY = 2_147_483_647

const weightSchema = z
  .number()
  .min(0, 'must be at least 0')
  .max(100, 'must be at most 100')
  .refine(isHundredth, 'must have at most two decimals')
  .meta({ multipleOf: 0.01, description: 'Percentage strategy: percent of the traffic, in steps of 0.01.' })

const prioritySchema = z
  .int()
  .min(1, 'must be at least 1')
  .max(MAX_PRIORITY)
  .meta({ description: 'Segment strategy: 1 is tried first.' })

export const allocationInputSchema = z
  .strictObject({
    variation_id: variationIdSchema,
    is_control: z.boolean(),
    weight: weightSchema.optional(),
    segment_id: segmentIdSchema.optional(),
    priority: prioritySchema.optional(),
    is_fallback: z.boolean().optional().meta({ description: 'Segment strategy: takes who is in no segment.' }),
  })
  .meta({ id: 'AllocationInput' })

export type AllocationInput = z.output<typeof allocationInputSchema>

/**
 * The wire object. The snapshots are the variation and the segment as they were when the experiment was last
 * activated, null before; `segment_snapshot` and `segment_name` come with `segment_id`.
 */
export const allocationSchema = z
  .strictObject({
    variation_id: z.string(),
    variation_name: z.string().optional(),
    is_control: z.boolean(),
    weight: z.number().optional(),
    segment_id: z.string().optional(),
    segment_name: z.string().optional(),
    priority: z.int().optional(),
    is_fallback: z.boolean().optional(),
    variation_snapshot: variationSchema.or(z.null()),
    segment_snapshot: segmentSchema.or(z.null()).optional(),
  })
  .meta({ id: 'Allocation' })

export type Allocation = z.output<typeof allocationSchema>
