/** `/logs`: the tenant log. */

import type { Expression, SqlBool } from 'kysely'
import { apiError } from '../../model/error-codes.ts'
import { isLogId } from '../../model/log-id.ts'
import { readLogSearch } from '../../search/read-search.ts'
import { logCondition } from '../../store/logs/log-condition.ts'
import { findLog, isBeyondLog, type LogDocument, listLogsAfter } from '../../store/logs/log-store.ts'
import type { ApiContext } from '../http/api-context.ts'
import { idParams } from '../http/list-query.ts'
import { type Operation, operation } from '../http/operation.ts'
import { listLogPage, logListSchema, logSchema } from './log-page.ts'
import { type LogQueryString, type LogReading, logQuery, toReading } from './log-query.ts'

/** What `q` and `search` ask for, as a condition on the rows. */
const conditionOf = (query: LogQueryString): { readonly where?: Expression<SqlBool> } => {
  const search = readLogSearch(query)
  return search ? { where: logCondition(search) } : {}
}

/** The same address when nothing is new, so that a reader may ask it again and again. */
const nextLink = (api: ApiContext, take: number, from: string): string => {
  const url = new URL('api/v2/logs', api.tenant.issuer)
  url.searchParams.set('from', from)
  url.searchParams.set('take', String(take))
  return `<${url.href}>; rel="next"`
}

/** @throws `invalid_cursor` for an id that the log has not reached: waiting there would never end. */
const listCheckpoint = async (
  api: ApiContext,
  { take, after }: Extract<LogReading, { kind: 'checkpoint' }>,
): Promise<readonly LogDocument[]> => {
  const { db, tenantId } = api.read
  const logs = await listLogsAfter(db, { tenantId, take, after })
  if (logs.length === 0 && (await isBeyondLog(db, tenantId, after))) {
    throw apiError('invalid_cursor', 'The value of `from` is not the id of an event of this log.')
  }
  api.setHeader('Link', nextLink(api, take, logs.at(-1)?.log_id ?? after))
  return logs
}

const project = (log: LogDocument, { fields, include_fields }: LogQueryString): object =>
  fields ? Object.fromEntries(Object.entries(log).filter(([name]) => fields.has(name) === include_fields)) : log

export const logOperations: readonly Operation[] = [
  operation({
    id: 'get_logs',
    method: 'get',
    path: '/logs',
    summary: 'List log events',
    tag: 'logs',
    scopes: ['read:logs', 'read:logs_users'],
    query: logQuery,
    success: { status: 200, schema: logListSchema },
    errors: ['invalid_cursor', 'query_too_long', 'query_too_slow'],
    run: (api, { query }) => {
      const reading = toReading(query)
      if (reading.kind === 'checkpoint') return listCheckpoint(api, reading)
      return listLogPage(api, reading, {
        ...conditionOf(query),
        hasTotals: query.include_totals,
        toItem: log => project(log, query),
        further: 'read on with `from`, the id of an event, and `take`',
      })
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
    success: { status: 200, schema: logSchema },
    errors: ['inexistent_log'],
    run: async (api, { params: { id } }) => {
      const log = isLogId(id) ? await findLog(api.read.db, api.read.tenantId, id) : undefined
      if (!log) throw apiError('inexistent_log', 'Log not found')
      return log
    },
  }),
]
