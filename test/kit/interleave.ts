/** Two statements of which the second begins while the transaction of the first is open. */

import { sql } from 'kysely'
import type { Db } from '../../src/store/database/database.ts'

/** True when a statement waits for a lock of another transaction. */
const isBlocked = async (db: Db): Promise<boolean> => {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
  return rows.length > 0
}

/** Begins `first`, then `second`, and lets `first` end when `second` waits for it, or has not waited. */
export const interleave = async <A, B>(
  db: Db,
  first: (step: Db) => Promise<A>,
  second: () => Promise<B>,
): Promise<[A, B]> => {
  const transaction = await db.startTransaction().execute()
  const done = await first(transaction)
  let isSettled = false
  const waiting = second().finally(() => {
    isSettled = true
  })
  while (!(isSettled || (await isBlocked(db))));
  await transaction.commit().execute()
  return [done, await waiting]
}
