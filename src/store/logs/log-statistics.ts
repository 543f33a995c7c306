/** Tells the database what is in the days of the log, before it would find out by itself. */

import { sql, type Transaction } from 'kysely'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'

/** A smaller day is read whole as fast as by any index. */
const WORTHWHILE_BYTES = 1_000_000

/** Growth after which what was found out says too little; from then on the database's own rounds keep up. */
const GROWTH = 4

/** Any constant would do; the server that holds this advisory lock does the work, the others leave it to him. */
const LOCK_KEY = 0x65_78_63_78

/** Days that have grown since they were looked at, or were never looked at as below. */
const findGrownDays = async (db: Transaction<Database>): Promise<readonly string[]> => {
  const { rows } = await sql<{ table: string }>`
    select c.relname as table
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'logs'::regclass and not i.inhdetachpending
      and pg_relation_size(c.oid) > ${WORTHWHILE_BYTES}
      and (pg_relation_size(c.oid) > ${GROWTH}::bigint * c.relpages * current_setting('block_size')::bigint
        or not exists (select from pg_statistic_ext s where s.stxrelid = c.oid))
    order by c.relname`.execute(db)
  return rows.map(row => row.table)
}

/**
 * The indexes of experiments are partial, and what the database knows of a partial index it does not use to estimate
 * how many events an experiment has: it takes half a percent for any, and reads all events of an experiment that has
 * half of them where it should read a stretch of ids. So the same expression has statistics of its own.
 */
const analyze = async (db: Transaction<Database>, table: string): Promise<void> => {
  await sql`create statistics if not exists ${sql.table(`${table}_experiment`)}
    on ((document #>> '{details,experiment,experiment_id}') collate "C") from ${sql.table(table)}`.execute(db)
  await sql`analyze ${sql.table(table)}`.execute(db)
}

/**
 * Analyses the days of the log that have grown a lot. The database does so too, a minute or more after the first events and
 * after every tenth more; until then it takes a new day for empty and reads it in the wrong order. Readers and
 * writers go on meanwhile. Any number of servers may do so at once.
 *
 * @returns the tables that were analysed
 */
export const refreshLogStatistics = async (db: Db): Promise<readonly string[]> =>
  await db.transaction().execute(async transaction => {
    const { rows } = await sql<{ is_ours: boolean }>`select pg_try_advisory_xact_lock(${LOCK_KEY}) as is_ours`.execute(
      transaction,
    )
    if (!rows[0]?.is_ours) return []
    await sql`set local lock_timeout = '5s'`.execute(transaction)
    const tables = await findGrownDays(transaction)
    for (const table of tables) await analyze(transaction, table)
    return tables
  })
