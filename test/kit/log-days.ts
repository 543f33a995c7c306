/** Days of a log that lie in the past: tests of retention and of long reads cannot wait for them. */

import { sql } from 'kysely'
import type { Db } from '../../src/store/database/database.ts'
import { DEV, numberedText } from './tenant-log.ts'

const DAY_MS = 86_400_000

/** `YYYYMMDD`, so many days before today in UTC. */
export const dayBefore = (daysAgo: number): string =>
  new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')

/** The id of the n-th event of such a day: at noon, in the form of the log's own. */
export const idOf = (daysAgo: number, n: number): string =>
  `900${dayBefore(daysAgo)}120000000${String(n).padStart(36, '0')}`

/** Creates a day's partition as the server does, with events that are numbered from 1; returns the name of its table. */
export const addLogDay = async (db: Db, daysAgo: number, events = 3, tenantId: string = DEV): Promise<string> => {
  const table = `logs_${dayBefore(daysAgo)}`
  await sql`create table if not exists ${sql.table(table)} (like logs including all)`.execute(db)
  const isAttached = await sql`select from pg_inherits where inhrelid = ${table}::regclass`.execute(db)
  if (isAttached.rows.length === 0) {
    await sql`alter table logs attach partition ${sql.table(table)}
      for values from (${sql.lit(`900${dayBefore(daysAgo)}`)}) to (${sql.lit(`900${dayBefore(daysAgo - 1)}`)})`.execute(
      db,
    )
  }
  const texts = Array.from({ length: events }, (_, n) => numberedText(n + 1))
  await sql`
    insert into logs (tenant_id, log_id, date, type, user_id, document)
    select ${tenantId}, ${`900${dayBefore(daysAgo)}120000000`} || lpad(n::text, 36, '0'),
      (document ->> 'date')::timestamptz, document ->> 'type', document ->> 'user_id', document
    from jsonb_array_elements(${`[${texts.join(',')}]`}::jsonb) with ordinality as given (document, n)`.execute(db)
  return table
}

/** The tables of the log's days that exist, part of the log or not, oldest first. */
export const tablesOfDays = async (db: Db): Promise<readonly string[]> => {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relkind = 'r' and relname ~ '^logs_[0-9]{8}$' order by 1`.execute(db)
  return rows.map(row => row.name)
}
