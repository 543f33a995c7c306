/** Consecutive failed logins by account and address; enough of them block the pair for a while. */

import { sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'

export interface FailureLimit {
  /** Failures in a row that lead to a block. */
  readonly failures: number
  /** Seconds that a block lasts; failures further apart than this are not in a row. */
  readonly seconds: number
}

export interface LoginFailures {
  readonly failures: number
  /** In the future while the pair is blocked. */
  readonly blockedUntil: Date | undefined
}

/** Counts a failure; the one that reaches the limit blocks the pair. Counting is atomic across servers. */
export const countLoginFailure = async (
  db: Db,
  tenantId: TenantId,
  keyHash: string,
  limit: FailureLimit,
): Promise<LoginFailures> => {
  const until = sql<Date>`now() + make_interval(secs => ${limit.seconds})`
  const counted = sql<number>`case when login_failures.expires_at > now() then login_failures.failures + 1 else 1 end`
  const row = await db
    .insertInto('login_failures')
    .values({ tenant_id: tenantId, key_hash: keyHash, failures: 1, blocked_until: null, expires_at: until })
    .onConflict(conflict =>
      conflict.columns(['tenant_id', 'key_hash']).doUpdateSet({
        failures: counted,
        blocked_until: sql`case when ${counted} >= ${limit.failures} then ${until} end`,
        expires_at: until,
      }),
    )
    .returning(['failures', 'blocked_until'])
    .executeTakeFirstOrThrow()
  return { failures: row.failures, blockedUntil: row.blocked_until ?? undefined }
}

/** A success ends the row of failures. */
export const clearLoginFailures = async (db: Db, tenantId: TenantId, keyHash: string): Promise<void> => {
  await db.deleteFrom('login_failures').where('tenant_id', '=', tenantId).where('key_hash', '=', keyHash).execute()
}
