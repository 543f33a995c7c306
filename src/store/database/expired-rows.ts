/** Deletes rows whose time is over, a bounded number at a time. */

import { sql } from 'kysely'
import type { Db } from './database.ts'

/** Tables with an indexed `expires_at`; every read of them ignores expired rows, so deleting is never urgent. */
export const EXPIRING_TABLES = [
  'oidc_payloads',
  'login_transactions',
  'login_failures',
  'action_executions',
  'factor_requests',
  'session_methods',
  'used_challenges',
] as const

export type ExpiringTable = (typeof EXPIRING_TABLES)[number]

/**
 * Deletes up to `limit` expired rows and returns how many. The condition is stated twice because a row may be
 * given more time between its selection and its deletion.
 */
export const deleteExpiredRows = async (db: Db, table: ExpiringTable, limit: number): Promise<number> => {
  const name = sql.table(table)
  const { numAffectedRows } = await sql`
    delete from ${name}
    where ctid = any (array(select ctid from ${name} where expires_at <= now() limit ${limit}))
      and expires_at <= now()`.execute(db)
  return Number(numAffectedRows ?? 0n)
}
