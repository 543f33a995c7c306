/** Failures of a sender against an allowance that comes back at a steady rate. */

import { sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'

/**
 * What a row owes: the seconds until all of the sender's failures are given back. One moment holds it (the generic cell
 * rate algorithm, ITU-T I.371 annex A), and a row whose moment is over is as good as none.
 */
export const owedSeconds = (alias: 'login_failures' | 'n') =>
  sql<number>`coalesce(greatest(0, extract(epoch from ${sql.ref(`${alias}.expires_at`)} - now())), 0)::float8`

/** Seconds that the sender owes; 0 when it owes nothing. */
export const findOwedSeconds = async (db: Db, tenantId: TenantId, keyHash: string): Promise<number> => {
  const row = await db
    .selectFrom('login_failures')
    .select(owedSeconds('login_failures').as('owed'))
    .where('tenant_id', '=', tenantId)
    .where('key_hash', '=', keyHash)
    .executeTakeFirst()
  return row?.owed ?? 0
}

/**
 * Counts a failure and returns what the sender owes now. Counting is atomic across servers.
 *
 * @param seconds in which one failure is given back
 */
export const countFailure = async (db: Db, tenantId: TenantId, keyHash: string, seconds: number): Promise<number> => {
  const more = sql`make_interval(secs => ${seconds})`
  const row = await db
    .insertInto('login_failures')
    .values({
      tenant_id: tenantId,
      key_hash: keyHash,
      failures: 1,
      blocked_until: null,
      expires_at: sql`now() + ${more}`,
    })
    .onConflict(conflict =>
      conflict.columns(['tenant_id', 'key_hash']).doUpdateSet({
        failures: sql`case when login_failures.expires_at > now() then login_failures.failures + 1 else 1 end`,
        expires_at: sql`greatest(login_failures.expires_at, now()) + ${more}`,
      }),
    )
    .returning(owedSeconds('login_failures').as('owed'))
    .executeTakeFirstOrThrow()
  return row.owed
}
