/** The delivery of log streams in the database: who may deliver, how far it has got, and what went wrong. */

import { sql } from 'kysely'
import { type TenantId, toTenantId } from '../../../model/ids.ts'
import { PAUSE_AFTER_MS, SHOWN_ERRORS } from '../../../model/log-stream.ts'
import type { Db } from '../../database/database.ts'

export interface LogStreamKey {
  readonly tenantId: TenantId
  readonly id: string
}

/**
 * The right to deliver a stream, until it expires. All times are the database's, so that servers with different
 * clocks agree. The token grows with every lease: a holder that slept through the end of its lease finds
 * a greater token and can no longer move the position.
 */
export interface Lease extends LogStreamKey {
  readonly token: string
}

export interface TakenLease {
  readonly lease: Lease
  /** Everything up to this id is delivered; the empty text is before every id. */
  readonly position: string
  /** Failures in a row. */
  readonly attempts: number
}

/** What a delivery under way must know: undefined when it holds the lease no longer. */
export interface StreamState {
  readonly status: 'active' | 'paused' | 'suspended'
  readonly revision: string
}

const milliseconds = (duration: number) => sql<Date>`(${duration} * interval '1 millisecond')`

/** Active streams that no server delivers and that need not wait, the longest waiting first. */
export const listDueLogStreams = async (db: Db, take: number): Promise<readonly LogStreamKey[]> => {
  const rows = await db
    .selectFrom('log_streams as s')
    .innerJoin('log_stream_deliveries as d', join =>
      join.onRef('d.tenant_id', '=', 's.tenant_id').onRef('d.log_stream_id', '=', 's.log_stream_id'),
    )
    .select(['s.tenant_id', 's.log_stream_id'])
    .where('s.status', '=', 'active')
    .where('d.lease_expires_at', '<', sql<Date>`now()`)
    .where('d.retry_at', '<=', sql<Date>`now()`)
    .orderBy('d.retry_at')
    .limit(take)
    .execute()
  return rows.map(row => ({ tenantId: toTenantId(row.tenant_id), id: row.log_stream_id }))
}

/** Takes the lease; undefined when another server was faster, by now the stream must wait, or it is gone. */
export const takeLease = async (db: Db, key: LogStreamKey, ttlMs: number): Promise<TakenLease | undefined> => {
  const row = await db
    .updateTable('log_stream_deliveries')
    .set({ lease_token: sql`lease_token + 1`, lease_expires_at: sql`now() + ${milliseconds(ttlMs)}` })
    .where('tenant_id', '=', key.tenantId)
    .where('log_stream_id', '=', key.id)
    .where('lease_expires_at', '<', sql<Date>`now()`)
    .where('retry_at', '<=', sql<Date>`now()`)
    .returning(['lease_token', 'position', 'attempts'])
    .executeTakeFirst()
  return row && { lease: { ...key, token: row.lease_token }, position: row.position, attempts: row.attempts }
}

const updateLeased = (db: Db, { tenantId, id, token }: Lease) =>
  db
    .updateTable('log_stream_deliveries')
    .where('tenant_id', '=', tenantId)
    .where('log_stream_id', '=', id)
    .where('lease_token', '=', token)

/** Makes the lease last again; false when it is another's by now. */
export const renewLease = async (db: Db, lease: Lease, ttlMs: number): Promise<boolean> => {
  const { numUpdatedRows } = await updateLeased(db, lease)
    .set({ lease_expires_at: sql`now() + ${milliseconds(ttlMs)}` })
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Gives the lease back, so that another server need not wait until it expires. */
export const releaseLease = async (db: Db, lease: Lease): Promise<void> => {
  await updateLeased(db, lease).set({ lease_expires_at: sql`'-infinity'` }).execute()
}

/** The stream as it is now; undefined when the lease is lost or the stream is gone. */
export const loadStreamState = async (db: Db, lease: Lease): Promise<StreamState | undefined> =>
  await db
    .selectFrom('log_stream_deliveries as d')
    .innerJoin('log_streams as s', join =>
      join.onRef('s.tenant_id', '=', 'd.tenant_id').onRef('s.log_stream_id', '=', 'd.log_stream_id'),
    )
    .select(['s.status', 's.revision'])
    .where('d.tenant_id', '=', lease.tenantId)
    .where('d.log_stream_id', '=', lease.id)
    .where('d.lease_token', '=', lease.token)
    .executeTakeFirst()

/** Deliveries are counted by the minute, in two counters: the rate needs no more. */
const minute = sql<Date>`date_trunc('minute', now())`

const countDelivered = (delivered: number) => ({
  delivered: sql<string>`delivered + ${delivered}`,
  minute,
  minute_delivered: sql<string>`case when minute = ${minute} then minute_delivered else 0 end + ${delivered}`,
  last_minute_delivered: sql<string>`case
    when minute = ${minute} then last_minute_delivered
    when minute = ${minute} - interval '1 minute' then minute_delivered
    else 0 end`,
  ...(delivered > 0 ? { delivered_at: sql<Date>`now()` } : {}),
})

export interface Progress {
  /** The last event that is delivered or passed over. */
  readonly position: string
  readonly delivered: number
}

/**
 * Moves the position, renews the lease and forgets earlier failures, durably when it settles.
 *
 * @returns false when the lease is lost: nothing has changed, and the caller stops
 */
export const saveProgress = async (db: Db, lease: Lease, progress: Progress, ttlMs: number): Promise<boolean> => {
  const { numUpdatedRows } = await updateLeased(db, lease)
    .where('position', '<=', progress.position)
    .set({
      position: progress.position,
      attempts: 0,
      failing_since: null,
      lease_expires_at: sql`now() + ${milliseconds(ttlMs)}`,
      ...countDelivered(progress.delivered),
    })
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export interface StreamError {
  /** A sentence for the customer. */
  readonly reason: string
  /** Of HTTP. */
  readonly status: number | undefined
  readonly firstLogId: string
  /** How many events were in the batch. */
  readonly events: number
}

/** Notes an error among those that the health shows, and drops those that it shows no more. */
export const noteStreamError = async (db: Db, { tenantId, id }: LogStreamKey, error: StreamError): Promise<void> => {
  await sql`
    with noted as (
      insert into log_stream_errors (tenant_id, log_stream_id, status, reason, first_log_id, events)
      select ${tenantId}, ${id}, ${error.status ?? null}, ${error.reason}, ${error.firstLogId}, ${error.events}
      from log_streams where tenant_id = ${tenantId} and log_stream_id = ${id}
    )
    delete from log_stream_errors
    where tenant_id = ${tenantId} and log_stream_id = ${id} and error_id <= (
      select error_id from log_stream_errors
      where tenant_id = ${tenantId} and log_stream_id = ${id}
      order by error_id desc offset ${SHOWN_ERRORS.count - 1} limit 1
    )`.execute(db)
}

/**
 * Notes a failed attempt and gives the lease back; the next server waits until `retryMs` have passed. A stream
 * that has failed for seven days without one success is paused.
 *
 * @returns false when the lease is lost: nothing has changed
 */
export const saveFailure = async (db: Db, lease: Lease, error: StreamError, retryMs: number): Promise<boolean> =>
  await db.transaction().execute(async transaction => {
    const row = await updateLeased(transaction, lease)
      .set({
        attempts: sql`attempts + 1`,
        failing_since: sql`coalesce(failing_since, now())`,
        retry_at: sql`now() + ${milliseconds(retryMs)}`,
        lease_expires_at: sql`'-infinity'`,
      })
      .returning(sql<boolean>`failing_since < now() - ${milliseconds(PAUSE_AFTER_MS)}`.as('is_hopeless'))
      .executeTakeFirst()
    if (!row) return false
    await noteStreamError(transaction, lease, error)
    if (row.is_hopeless) {
      await transaction
        .updateTable('log_streams')
        .set({ status: 'paused', revision: sql`revision + 1` })
        .where('tenant_id', '=', lease.tenantId)
        .where('log_stream_id', '=', lease.id)
        .where('status', '=', 'active')
        .execute()
    }
    return true
  })
