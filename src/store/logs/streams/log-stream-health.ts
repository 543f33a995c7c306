/** How a log stream is doing: how far behind, how fast, and what went wrong. */

import { sql } from 'kysely'
import { SHOWN_ERRORS } from '../../../model/log-stream.ts'
import type { Db } from '../../database/database.ts'
import type { LogStreamKey } from './log-stream-delivery.ts'

export interface StreamErrorRecord {
  readonly happenedAt: Date
  readonly reason: string
  readonly status: number | undefined
  readonly firstLogId: string
  readonly events: number
}

export interface LogStreamHealth {
  /** Events behind the position, counted up to a limit. */
  readonly pending: number
  readonly isPendingCapped: boolean
  /** Milliseconds since the oldest pending event; 0 when there is none. */
  readonly lagMs: number
  readonly delivered: number
  readonly deliveredAt: Date | undefined
  /** Events per second over the last one to two minutes. */
  readonly rate: number
  /** Failures in a row, since when, and the next attempt. */
  readonly attempts: number
  readonly failingSince: Date | undefined
  readonly retryAt: Date | undefined
  readonly errors: readonly StreamErrorRecord[]
}

/** Counting stops here: the health of a stream costs the same however far behind it is. */
const MAX_COUNTED = 10_000

const loadDelivery = (db: Db, { tenantId, id }: LogStreamKey) =>
  db
    .selectFrom('log_stream_deliveries')
    .select(['position', 'delivered', 'delivered_at', 'attempts', 'failing_since'])
    .select([
      sql<Date | null>`case when retry_at > now() then retry_at end`.as('retry_at'),
      sql<number>`extract(epoch from now() - date_trunc('minute', now()))::float8`.as('seconds'),
      sql<number>`(case
        when minute = date_trunc('minute', now()) then last_minute_delivered + minute_delivered
        when minute = date_trunc('minute', now()) - interval '1 minute' then minute_delivered
        else 0 end)::float8`.as('recent'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('log_stream_id', '=', id)
    .executeTakeFirst()

const loadPending = (db: Db, { tenantId }: LogStreamKey, position: string) =>
  db
    .selectFrom(
      db
        .selectFrom('logs')
        .select('log_id')
        .where('tenant_id', '=', tenantId)
        .where('log_id', '>', position)
        .orderBy('log_id')
        .limit(MAX_COUNTED + 1)
        .as('pending'),
    )
    .select([
      sql<number>`count(*)::int`.as('count'),
      // The id begins with the time of the commit.
      sql<number>`coalesce(greatest(extract(epoch from clock_timestamp()
        - (to_timestamp(substr(min(log_id), 4, 17), 'YYYYMMDDHH24MISSMS')::timestamp at time zone 'UTC')) * 1000, 0), 0)::float8`.as(
        'lag_ms',
      ),
    ])
    .executeTakeFirstOrThrow()

const loadErrors = async (db: Db, { tenantId, id }: LogStreamKey): Promise<readonly StreamErrorRecord[]> => {
  const rows = await db
    .selectFrom('log_stream_errors')
    .select(['happened_at', 'reason', 'status', 'first_log_id', 'events'])
    .where('tenant_id', '=', tenantId)
    .where('log_stream_id', '=', id)
    .where('happened_at', '>', sql<Date>`now() - ${SHOWN_ERRORS.days} * interval '1 day'`)
    .orderBy('error_id', 'desc')
    .limit(SHOWN_ERRORS.count)
    .execute()
  return rows.map(row => ({
    happenedAt: row.happened_at,
    reason: row.reason,
    status: row.status ?? undefined,
    firstLogId: row.first_log_id,
    events: row.events,
  }))
}

/** The health of a stream; undefined when there is no such stream. */
export const loadLogStreamHealth = async (db: Db, key: LogStreamKey): Promise<LogStreamHealth | undefined> => {
  const delivery = await loadDelivery(db, key)
  if (!delivery) return undefined
  const pending = await loadPending(db, key, delivery.position)
  return {
    pending: Math.min(pending.count, MAX_COUNTED),
    isPendingCapped: pending.count > MAX_COUNTED,
    lagMs: Math.round(pending.lag_ms),
    delivered: Number(delivery.delivered),
    deliveredAt: delivery.delivered_at ?? undefined,
    rate: delivery.recent / (60 + delivery.seconds),
    attempts: delivery.attempts,
    failingSince: delivery.failing_since ?? undefined,
    retryAt: delivery.retry_at ?? undefined,
    errors: await loadErrors(db, key),
  }
}
