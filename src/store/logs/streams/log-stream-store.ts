/** Log streams in the database: what the API states of them. What the delivery knows is in log-stream-delivery.ts. */

import { type Selectable, sql, type Transaction } from 'kysely'
import type { JsonObject } from '../../../base/json.ts'
import { apiError } from '../../../model/error-codes.ts'
import { isId, type TenantId } from '../../../model/ids.ts'
import {
  type LogStreamFilter,
  type LogStreamSettings,
  MAX_LOG_STREAMS,
  type PiiConfig,
} from '../../../model/log-stream.ts'
import type { Db } from '../../database/database.ts'
import type { Database } from '../../database/schema.ts'

export interface LogStreamRecord extends LogStreamSettings {
  readonly id: string
  readonly type: string
  /** The sink's settings without its secrets. */
  readonly sink: JsonObject
  /** The secrets, sealed as one. */
  readonly sealedSecrets: string
  /** Grows with every change, so that a delivery under way notices. */
  readonly revision: string
}

export type NewLogStream = Omit<LogStreamRecord, 'revision'>

export type LogStreamChange = Partial<Omit<NewLogStream, 'id' | 'type' | 'piiConfig'>> & {
  /** Null: personal data is sent as it is again. */
  readonly piiConfig?: PiiConfig | null
}

interface Place {
  readonly db: Db
  readonly tenantId: TenantId
}

const toRecord = (row: Selectable<Database['log_streams']>): LogStreamRecord => ({
  id: row.log_stream_id,
  name: row.name,
  type: row.type,
  status: row.status,
  isPriority: row.is_priority,
  filters: row.filters as readonly LogStreamFilter[], // rows hold what the schema of filters accepted
  piiConfig: (row.pii_config ?? undefined) as PiiConfig | undefined, // the same
  sink: row.sink as JsonObject, // jsonb
  sealedSecrets: row.sealed_secrets,
  revision: row.revision,
})

const toColumns = (change: LogStreamChange) => ({
  ...(change.name !== undefined && { name: change.name }),
  ...(change.status !== undefined && { status: change.status }),
  ...(change.isPriority !== undefined && { is_priority: change.isPriority }),
  ...(change.filters !== undefined && { filters: JSON.stringify(change.filters) }),
  ...(change.piiConfig !== undefined && {
    pii_config: change.piiConfig === null ? null : JSON.stringify(change.piiConfig),
  }),
  ...(change.sink !== undefined && { sink: JSON.stringify(change.sink) }),
  ...(change.sealedSecrets !== undefined && { sealed_secrets: change.sealedSecrets }),
})

const inexistent = () => apiError('inexistent_log_stream', 'There is no log stream with this id.')

const isFileTaken = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === 'log_streams_file'

/** A transaction in which a file that is taken is the caller's mistake. */
const write = async <T>(db: Db, work: (transaction: Transaction<Database>) => Promise<T>): Promise<T> => {
  try {
    return await db.transaction().execute(work)
  } catch (error) {
    if (!isFileTaken(error)) throw error
    const message = 'sink.fileName: another stream writes to this file or one of its rotations; choose another name.'
    throw apiError('log_stream_file_taken', message, { cause: error })
  }
}

/** All streams of the tenant, the oldest first; there are never more than the limit. */
export const listLogStreams = async ({ db, tenantId }: Place): Promise<readonly LogStreamRecord[]> => {
  const rows = await db
    .selectFrom('log_streams')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .orderBy('log_stream_id')
    .limit(MAX_LOG_STREAMS)
    .execute()
  return rows.map(toRecord)
}

/** @throws `inexistent_log_stream` */
export const loadLogStream = async ({ db, tenantId }: Place, id: string): Promise<LogStreamRecord> => {
  if (!isId('log_stream', id)) throw inexistent()
  const row = await db
    .selectFrom('log_streams')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('log_stream_id', '=', id)
    .executeTakeFirst()
  if (!row) throw inexistent()
  return toRecord(row)
}

/** The id of the tenant's last event as SQL; the empty text, which is before every id, when there is none. */
const headOfLog = (tenantId: TenantId) => sql<string>`coalesce((
  select '900' || to_char(timestamp 'epoch' + last_ms * interval '1 millisecond', 'YYYYMMDDHH24MISSMS')
    || lpad((counter - 1)::text, 36, '0')
  from log_heads where tenant_id = ${tenantId}), '')`

/** Every id that was given at this moment or later is greater than this text. */
const positionBefore = (moment: Date): string => `900${moment.toISOString().replace(/\D/g, '')}`

/**
 * Creates a stream.
 *
 * @param startFrom the moment of the first event that it delivers; absent: only events that are yet to come
 * @throws `log_stream_limit_exceeded`, `log_stream_file_taken`
 */
export const insertLogStream = async (
  { db, tenantId }: Place,
  stream: NewLogStream,
  { now, startFrom }: { readonly now: Date; readonly startFrom?: Date | undefined },
): Promise<LogStreamRecord> =>
  await write(db, async transaction => {
    // One creation at a time, so that two of them cannot both find the last free place.
    await transaction
      .selectFrom('tenants')
      .select('tenant_id')
      .where('tenant_id', '=', tenantId)
      .forNoKeyUpdate()
      .execute()
    if ((await listLogStreams({ db: transaction, tenantId })).length >= MAX_LOG_STREAMS) {
      throw apiError('log_stream_limit_exceeded', `A tenant has at most ${MAX_LOG_STREAMS} log streams.`)
    }
    const key = { tenant_id: tenantId, log_stream_id: stream.id }
    const row = await transaction
      .insertInto('log_streams')
      .values({
        ...key,
        name: stream.name,
        type: stream.type,
        status: stream.status,
        is_priority: stream.isPriority,
        filters: JSON.stringify(stream.filters),
        pii_config: stream.piiConfig === undefined ? null : JSON.stringify(stream.piiConfig),
        sink: JSON.stringify(stream.sink),
        sealed_secrets: stream.sealedSecrets,
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await transaction
      .insertInto('log_stream_deliveries')
      .values({ ...key, position: startFrom ? positionBefore(startFrom) : headOfLog(tenantId) })
      .execute()
    return toRecord(row)
  })

/**
 * Changes a stream. One that is made active again is tried at once, and its failures are counted anew.
 *
 * @throws `inexistent_log_stream`, `log_stream_file_taken`
 */
export const updateLogStream = async (
  { db, tenantId }: Place,
  id: string,
  change: LogStreamChange,
  now: Date,
): Promise<LogStreamRecord> =>
  await write(db, async transaction => {
    const row = await transaction
      .updateTable('log_streams')
      .set({ ...toColumns(change), updated_at: now, revision: sql`revision + 1` })
      .where('tenant_id', '=', tenantId)
      .where('log_stream_id', '=', id)
      .returningAll()
      .executeTakeFirst()
    if (!row) throw inexistent()
    await transaction
      .updateTable('log_stream_deliveries')
      .set({ attempts: 0, failing_since: null, retry_at: sql`'-infinity'` })
      .where('tenant_id', '=', tenantId)
      .where('log_stream_id', '=', id)
      .execute()
    return toRecord(row)
  })

/** Deletes a stream with its position; nothing happens when it is not there. */
export const deleteLogStream = async ({ db, tenantId }: Place, id: string): Promise<void> => {
  await db.deleteFrom('log_streams').where('tenant_id', '=', tenantId).where('log_stream_id', '=', id).execute()
}
