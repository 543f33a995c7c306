/** What was proved in a session after its first factor: a second factor, or methods that an Action recorded. */

import { sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'

export interface SessionMethod {
  /** `mfa`, or the URL of an Action's own method. */
  readonly name: string
  /** What it adds to the `amr` claim (RFC 8176). */
  readonly amr: readonly string[]
  readonly performedAt: Date
}

/** A session of a user: sessions are handed on to no other user, but the key does not rely on it. */
export interface SessionKey {
  readonly tenantId: TenantId
  readonly sessionId: string
  readonly userId: string
}

/** Notes a method; performed again, it has the new time. */
export const saveSessionMethod = async (
  db: Db,
  { tenantId, sessionId, userId }: SessionKey,
  method: SessionMethod,
  expiresAt: Date,
): Promise<void> => {
  const values = { amr: [...method.amr], performed_at: method.performedAt, expires_at: expiresAt }
  await db
    .insertInto('session_methods')
    .values({ tenant_id: tenantId, session_id: sessionId, user_id: userId, name: method.name, ...values })
    .onConflict(conflict => conflict.columns(['tenant_id', 'session_id', 'user_id', 'name']).doUpdateSet(values))
    .execute()
}

/** Most methods that are read of one session. */
const MAX_METHODS = 50

/**
 * The methods of a session, oldest first.
 *
 * @param since the session's last login by a first factor: what was proved before it counts no more
 */
export const listSessionMethods = async (
  db: Db,
  { tenantId, sessionId, userId }: SessionKey,
  since: Date,
): Promise<readonly SessionMethod[]> => {
  const rows = await db
    .selectFrom('session_methods')
    .select(['name', 'amr', 'performed_at'])
    .where('tenant_id', '=', tenantId)
    .where('session_id', '=', sessionId)
    .where('user_id', '=', userId)
    .where('performed_at', '>=', since)
    .where('expires_at', '>', sql<Date>`now()`)
    .orderBy('performed_at')
    .limit(MAX_METHODS)
    .execute()
  return rows.map(row => ({ name: row.name, amr: row.amr, performedAt: row.performed_at }))
}
