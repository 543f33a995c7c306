/** Numbered pages, as the lists of Actions have them on the wire. */

import { z } from 'zod'
import type { Paging } from '../../store/actions/action-store.ts'

const numberFrom = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`))

const DEFAULT_PER_PAGE = 20
const MAX_PER_PAGE = 100

export const pageQuery = {
  page: numberFrom(0, 999_999).default(0).meta({ type: 'integer', description: 'Counted from 0.' }),
  per_page: numberFrom(1, MAX_PER_PAGE)
    .default(DEFAULT_PER_PAGE)
    .meta({ type: 'integer', description: `How many items a page has; ${DEFAULT_PER_PAGE} when absent.` }),
}

export const booleanQuery = z
  .enum(['true', 'false'])
  .transform(text => text === 'true')
  .meta({ type: 'boolean' })

/** The object of one page: where it stands, and its items under the plural of their noun. */
export const pageSchema = (plural: string, item: z.ZodType) =>
  z.strictObject({ total: z.int(), page: z.int(), per_page: z.int(), [plural]: z.array(item) })

export const toPaging = (query: { readonly page: number; readonly per_page: number }): Paging => ({
  page: query.page,
  perPage: query.per_page,
})
