/** The query string of the log's list: numbers, switches and orders as text, and whether it asks for pages or a position. */

import { z } from 'zod'
import { isLogId } from '../../model/log-id.ts'
import { LOG_ORDERS, type LogSort } from '../../store/logs/log-store.ts'
import { flag, wholeNumber } from '../http/query-values.ts'

const MAX_TAKE = 100
const DEFAULT_TAKE = 50

const DIRECTIONS: Readonly<Record<string, LogSort['direction']>> = { '1': 'asc', '-1': 'desc' }

/** `field:1` or `field:-1`, for the orders that an index serves. */
export const sortBy = (orders: readonly LogSort['by'][]) =>
  z.string().transform((text, problems): LogSort => {
    const [field, direction = '', ...rest] = text.split(':')
    const by = orders.find(order => order === field)
    const found = Object.hasOwn(DIRECTIONS, direction) ? DIRECTIONS[direction] : undefined
    if (by && found && rest.length === 0) return { by, direction: found }
    problems.addIssue(`must be ${orders.map(order => `${order}:1 or ${order}:-1`).join(' or ')}`)
    return z.NEVER
  })

const fields = z
  .string()
  .regex(/^[\w$,]{1,1000}$/, 'must be names of fields, separated by commas')
  .transform(text => new Set(text.split(',')))

/** The two parameters of a search. */
export const searchQuery = {
  q: z.string().optional().meta({ description: 'A query; see the guide to searching logs.' }),
  search: z.string().optional().meta({ description: 'A query in the older syntax.' }),
}

export const logQuery = z.strictObject({
  page: wholeNumber(0, 999_999, 'Number of the page, from 0.').default(0),
  per_page: wholeNumber(0, 100, 'Events of a page; 50 when absent.').default(50),
  sort: sortBy(LOG_ORDERS)
    .optional()
    .meta({ type: 'string', description: 'Order of the pages; the newest first when absent.' }),
  fields: fields.optional().meta({ type: 'string', description: 'Fields to return, or to leave out.' }),
  include_fields: flag('Whether `fields` are returned (the default) or left out.').default(true),
  include_totals: flag('Whether the answer is an object with `start`, `limit`, `length`, `total`.').default(false),
  ...searchQuery,
  from: z
    .string()
    .refine(isLogId, 'is not the id of a log event')
    .optional()
    .meta({ description: 'Returns the events after this one, in their order; all parameters but `take` are ignored.' }),
  take: wholeNumber(
    1,
    MAX_TAKE,
    'Events after `from`, 50 when absent; without `from`, another name of `per_page`.',
  ).optional(),
})

export type LogQueryString = z.output<typeof logQuery>

/** How the list is read: from a position in the order of the log, or by numbered pages. */
export type LogReading =
  | { readonly kind: 'checkpoint'; readonly after: string; readonly take: number }
  | { readonly kind: 'page'; readonly skip: number; readonly take: number; readonly sort: LogSort }

/** `from` beats everything but `take`, and `take` beats `per_page`, because SDKs send `page` and `per_page` in any case. */
export const toReading = ({ from, take, page, per_page, sort, q, search }: LogQueryString): LogReading => {
  if (from !== undefined) return { kind: 'checkpoint', take: take ?? DEFAULT_TAKE, after: from }
  const size = take ?? per_page
  // The indexes of a search end in the date, those of the whole log in the id.
  const by = q === undefined && search === undefined ? 'log_id' : 'date'
  return { kind: 'page', skip: page * size, take: size, sort: sort ?? { by, direction: 'desc' } }
}
