/** `/logs`: the tenant log. */

import type { Expression, SqlBool } from 'kysely'
import { z } from 'zod'
import { readLogSearch } from '../logs/search/read-search.ts'
import { apiError } from '../model/error-codes.ts'
import { isLogId } from '../model/log-id.ts'
import { logCondition } from '../store/log-condition.ts'
import { findLog, isBeyondLog, type LogDocument, listLogsAfter, listLogsPage } from '../store/log-store.ts'
import type { ApiContext } from './api-context.ts'
import { idParams } from './list-query.ts'
import { type LogQueryString, type LogReading, logQuery, toReading } from './log-query.ts'
import { NO_BODY, NO_PARAMETERS, type Operation, operation } from './operation.ts'

/** The depth of numbered pages: each of them reads and drops all events before it. */
const MAX_PAGED = 1_000

const logSchema = z.looseObject({ log_id: z.string(), type: z.string(), date: z.string() }).partial()

const listSchema = z.union([
  z.array(logSchema),
  z.strictObject({
    start: z.int(),
    limit: z.int(),
    length: z.int(),
    total: z.int(),
    logs: z.array(logSchema),
  }),
])

/** What `q` and `search` ask for, as a condition on the rows. */
const conditionOf = (query: LogQueryString): { readonly where?: Expression<SqlBool> } => {
  const search = readLogSearch(query)
  return search ? { where: logCondition(search) } : {}
}

const refuseDeepPage = ({ skip, take }: Extract<LogReading, { kind: 'page' }>): void => {
  if (skip + take <= MAX_PAGED) return
  throw apiError(
    'invalid_query_string',
    `Pages reach the first ${MAX_PAGED} events only; read on with \`from\` and \`take\`.`,
  )
}

/** The same address when nothing is new, so that a reader may ask it again and again. */
const nextLink = (api: ApiContext, take: number, from: string | undefined): string => {
  const url = new URL('api/v2/logs', api.tenant.issuer)
  if (from !== undefined) url.searchParams.set('from', from)
  url.searchParams.set('take', String(take))
  return `<${url.href}>; rel="next"`
}

/** @throws `invalid_cursor` for an id that the log has not reached: waiting there would never end. */
const listCheckpoint = async (
  api: ApiContext,
  { take, after }: Extract<LogReading, { kind: 'checkpoint' }>,
): Promise<readonly LogDocument[]> => {
  const { db, tenantId } = api.read
  const logs = await listLogsAfter(db, { tenantId, take, ...(after !== undefined && { after }) })
  if (logs.length === 0 && after !== undefined && (await isBeyondLog(db, tenantId, after))) {
    throw apiError('invalid_cursor', 'The value of `from` is not the id of an event of this log.')
  }
  api.setHeader('Link', nextLink(api, take, logs.at(-1)?.log_id ?? after))
  return logs
}

const project = (log: LogDocument, { fields, include_fields }: LogQueryString): object =>
  fields ? Object.fromEntries(Object.entries(log).filter(([name]) => fields.has(name) === include_fields)) : log

/** `total` is the length of the page: counting the whole log would cost more than reading it. */
const listPage = async (
  api: ApiContext,
  reading: Extract<LogReading, { kind: 'page' }>,
  query: LogQueryString,
): Promise<object> => {
  refuseDeepPage(reading)
  const { db, tenantId } = api.read
  const found = await listLogsPage(db, { tenantId, ...reading, ...conditionOf(query) })
  const logs = found.map(log => project(log, query))
  if (!query.include_totals) return logs
  return { start: reading.skip, limit: reading.take, length: logs.length, total: logs.length, logs }
}

export const logOperations: readonly Operation[] = [
  operation({
    id: 'get_logs',
    method: 'get',
    path: '/logs',
    summary: 'List log events',
    tag: 'logs',
    scopes: ['read:logs', 'read:logs_users'],
    params: NO_PARAMETERS,
    query: logQuery,
    body: NO_BODY,
    success: { status: 200, schema: listSchema },
    errors: ['invalid_cursor', 'query_too_long'],
    run: (api, { query }) => {
      const reading = toReading(query)
      return reading.kind === 'page' ? listPage(api, reading, query) : listCheckpoint(api, reading)
    },
  }),
  operation({
    id: 'get_log',
    method: 'get',
    path: '/logs/{id}',
    summary: 'Get a log event',
    tag: 'logs',
    scopes: ['read:logs', 'read:logs_users'],
    params: idParams,
    query: NO_PARAMETERS,
    body: NO_BODY,
    success: { status: 200, schema: logSchema },
    errors: ['inexistent_log'],
    run: async (api, { params: { id } }) => {
      const log = isLogId(id) ? await findLog(api.read.db, api.read.tenantId, id) : undefined
      if (!log) throw apiError('inexistent_log', 'Log not found')
      return log
    },
  }),
]
