/** Numbered pages of the log, as its lists answer them. */

import type { Expression, SqlBool } from 'kysely'
import { z } from 'zod'
import { apiError } from '../../model/error-codes.ts'
import { withTimeLimit } from '../../store/database/time-limit.ts'
import { type LogDocument, type LogSort, listLogsPage } from '../../store/logs/log-store.ts'
import type { ApiContext } from '../http/api-context.ts'

/** The depth of numbered pages: each of them reads and drops all events before it. */
const MAX_PAGED = 1_000

/** A search for what occurs nowhere may have to look everywhere; milliseconds. */
const SEARCH_LIMIT_MS = 5_000

export const logSchema = z.looseObject({ log_id: z.string(), type: z.string(), date: z.string() }).partial()

export const logListSchema = z.union([
  z.array(logSchema),
  z.strictObject({
    start: z.int(),
    limit: z.int(),
    length: z.int(),
    total: z.int(),
    logs: z.array(logSchema),
  }),
])

export interface LogPage {
  readonly skip: number
  readonly take: number
  readonly sort: LogSort
}

const refuseDeepPage = ({ skip, take }: LogPage, further: string): void => {
  if (skip + take <= MAX_PAGED) return
  throw apiError('invalid_query_string', `Pages reach the first ${MAX_PAGED} events only; ${further}.`)
}

/**
 * Reads one page. `total` is the length of the page: counting the whole log would cost more than reading it.
 *
 * @param where on the columns of an unaliased `logs`; all events of the tenant when absent
 * @param toItem what the answer has of an event
 * @param further completes "Pages reach the first events only; …": how to get at those behind them
 * @throws `invalid_query_string` for a page that lies too deep, `query_too_slow`
 */
export const listLogPage = async (
  api: ApiContext,
  page: LogPage,
  options: {
    readonly where?: Expression<SqlBool>
    readonly hasTotals: boolean
    readonly toItem?: (log: LogDocument) => object
    readonly further: string
  },
): Promise<object> => {
  refuseDeepPage(page, options.further)
  const { db, tenantId } = api.read
  const { where, hasTotals, toItem = (log: LogDocument) => log } = options
  const found = where
    ? await withTimeLimit(db, SEARCH_LIMIT_MS, limited => listLogsPage(limited, { tenantId, ...page, where }))
    : await listLogsPage(db, { tenantId, ...page })
  const logs = found.map(toItem)
  if (!hasTotals) return logs
  return { start: page.skip, limit: page.take, length: logs.length, total: logs.length, logs }
}
