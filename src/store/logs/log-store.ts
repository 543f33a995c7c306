/** Reads the tenant log: by position, by page, by id. */

import { type Expression, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'

/** The whole document of an event, as the API and the streams return it. */
export type LogDocument = Readonly<Record<string, unknown>> & { readonly log_id: string; readonly _id: string }

/** Orders that an index serves; any other would read the whole log. */
export const LOG_ORDERS = ['date', 'log_id'] as const

export interface LogSort {
  readonly by: (typeof LOG_ORDERS)[number]
  readonly direction: 'asc' | 'desc'
}

interface LogFilter {
  readonly tenantId: TenantId
  /** A condition on the columns of an unaliased `logs`, such as a compiled search. */
  readonly where?: Expression<SqlBool>
}

interface LogRow {
  readonly log_id: string
  readonly document: Record<string, unknown>
}

const toDocument = ({ log_id, document }: LogRow): LogDocument => ({ ...document, log_id, _id: log_id })

const selectLogs = (db: Db, { tenantId, where }: LogFilter): SelectQueryBuilder<Database, 'logs', LogRow> => {
  const query = db.selectFrom('logs').select(['log_id', 'document']).where('tenant_id', '=', tenantId)
  return where ? query.where(where) : query
}

/**
 * The events that were committed after the given one, oldest first. A reader that goes on from the last id that it got
 * misses none and gets none twice, also while events are being written (see log-append.ts). Costs the same anywhere
 * in the log.
 *
 * @param after a log id; absent reads from the oldest event that is kept
 */
export const listLogsAfter = async (
  db: Db,
  { after, take, ...filter }: LogFilter & { readonly after?: string; readonly take: number },
): Promise<readonly LogDocument[]> => {
  const query = selectLogs(db, filter).orderBy('log_id').limit(take)
  const rows = await (after === undefined ? query : query.where('log_id', '>', after)).execute()
  return rows.map(toDocument)
}

/** One page by offset; the caller bounds `skip`, because every skipped row is read. */
export const listLogsPage = async (
  db: Db,
  { skip, take, sort, ...filter }: LogFilter & { readonly skip: number; readonly take: number; readonly sort: LogSort },
): Promise<readonly LogDocument[]> => {
  const query = selectLogs(db, filter).orderBy(sort.by, sort.direction)
  const rows = await (sort.by === 'log_id' ? query : query.orderBy('log_id', sort.direction))
    .offset(skip)
    .limit(take)
    .execute()
  return rows.map(toDocument)
}

/** One event, or undefined. */
export const findLog = async (db: Db, tenantId: TenantId, logId: string): Promise<LogDocument | undefined> => {
  const row = await selectLogs(db, { tenantId }).where('log_id', '=', logId).executeTakeFirst()
  return row && toDocument(row)
}

/** True when no event of the tenant has had this id or a later one: nothing ever handed it out. */
export const isBeyondLog = async (db: Db, tenantId: TenantId, logId: string): Promise<boolean> => {
  const head = await db
    .selectFrom('log_heads')
    .select(
      sql<boolean>`${logId} collate "C" > '900'
        || to_char(timestamp 'epoch' + last_ms * interval '1 millisecond', 'YYYYMMDDHH24MISSMS')
        || lpad((counter - 1)::text, 36, '0')`.as('is_beyond'),
    )
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst()
  return head?.is_beyond ?? true
}
