/** Creates the daily partitions of the log before they are needed. */

import { sql, type Transaction } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'

/** Any constant would do; under this advisory lock one server creates partitions while the others wait. */
const LOCK_KEY = 0x65_78_63_76

/**
 * Days without a partition, as `YYYYMMDD`: today and the two after, by the database's clock, and the same of the
 * tenant's last id, which is ahead when the clock was set back.
 */
const findMissingDays = async (db: Db, tenantId: TenantId | undefined): Promise<readonly string[]> => {
  const { rows } = await sql<{ day: string }>`
    select distinct to_char(moment + ahead, 'YYYYMMDD') as day
    from (
      select now() at time zone 'UTC'
      union all
      select timestamp 'epoch' + last_ms * interval '1 millisecond' from log_heads where tenant_id = ${tenantId ?? null}
    ) as clock (moment), (values (interval '0'), (interval '1 day'), (interval '2 days')) as span (ahead)
    where to_regclass('logs_' || to_char(moment + ahead, 'YYYYMMDD')) is null
    order by day`.execute(db)
  return rows.map(row => row.day)
}

const dayAfter = (day: string): string => {
  const date = new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`)
  return new Date(date.getTime() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
}

/**
 * Made beside the table and then attached: attaching lets readers and writers go on, where `create … partition of`
 * would wait for every reader of the log and make every writer wait behind it.
 */
const createPartition = async (db: Transaction<Database>, day: string): Promise<void> => {
  const table = sql.table(`logs_${day}`)
  await sql`create table ${table} (like logs including all)`.execute(db)
  await sql`alter table logs attach partition ${table}
    for values from (${sql.lit(`900${day}`)}) to (${sql.lit(`900${dayAfter(day)}`)})`.execute(db)
}

/**
 * Makes sure that the next days have their partitions; safe to call from several servers at once.
 * There is no default partition: rows in it would have to be moved, under a lock, before their day could get its own.
 *
 * @param tenantId the tenant of a batch that found no partition; its last id is looked at as well
 * @returns the days that were created, as `YYYYMMDD`
 */
export const ensureLogPartitions = async (db: Db, tenantId?: TenantId): Promise<readonly string[]> => {
  if ((await findMissingDays(db, tenantId)).length === 0) return []
  return await db.transaction().execute(async transaction => {
    await sql`select pg_advisory_xact_lock(${LOCK_KEY})`.execute(transaction)
    const missing = await findMissingDays(transaction, tenantId)
    for (const day of missing) await createPartition(transaction, day)
    return missing
  })
}
