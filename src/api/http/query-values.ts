/** Values of a query string that are no texts. */

import { z } from 'zod'

/** Only plain digits are a number, so that `1e1` or ` 5` are refused. */
export const wholeNumber = (min: number, max: number, description: string) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`))
    .meta({ type: 'integer', description })

export const flag = (description: string) =>
  z
    .enum(['true', 'false'], 'must be true or false')
    .transform(text => text === 'true')
    .meta({ type: 'boolean', description })
