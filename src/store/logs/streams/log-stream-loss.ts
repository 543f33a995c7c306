/** Tells log streams which events they have lost, because the log was not kept until they were delivered. */

import { sql, type Transaction } from 'kysely'
import { SHOWN_ERRORS } from '../../../model/log-stream.ts'
import type { Database } from '../../database/schema.ts'

/** Counting stops here: what is lost may be a day of a busy tenant. */
const MAX_COUNTED = 1_000_000

/** `2026-11-21` for `logs_20261121`. */
const dayOf = (table: string): string => table.slice(-8).replace(/^(....)(..)(..)$/, '$1-$2-$3')

/**
 * Notes an error in the health of each stream, active or not, that had not got past the events of a day which is about
 * to be dropped. Retention wins over delivery: a destination that is away for longer loses events, and sees which.
 *
 * @param table the table of a day, `logs_YYYYMMDD`, which is no partition any more
 * @param days for how many days the log is kept
 */
export const noteDroppedDay = async (db: Transaction<Database>, table: string, days: number): Promise<void> => {
  const reason = `Events of ${dayOf(table)} were dropped before they were delivered: the log is kept for ${days} days (LOG_RETENTION_DAYS).`
  await sql`
    with outdated as (
      delete from log_stream_errors where happened_at < now() - ${SHOWN_ERRORS.days} * interval '1 day'
    )
    insert into log_stream_errors (tenant_id, log_stream_id, reason, first_log_id, events)
    select d.tenant_id, d.log_stream_id, ${reason}, lost.first_log_id, lost.events
    from log_stream_deliveries d
    cross join lateral (
      select min(log_id) as first_log_id, count(*)::int as events
      from (
        select log_id from ${sql.table(table)} as day
        where day.tenant_id = d.tenant_id and day.log_id > d.position
        order by log_id limit ${MAX_COUNTED}
      ) as undelivered
    ) as lost
    where lost.events > 0`.execute(db)
}
