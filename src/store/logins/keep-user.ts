/** Keeps the user of a login until a transaction ends. */

import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { FactorRequestKey } from './factor-request-store.ts'

/**
 * Locks a user against deletion until the transaction ends; false when there is none. A deletion takes the user first
 * and then what belongs to it, so a transaction in the same order never waits for it in a circle.
 */
export const keepUser = async (
  step: Db,
  { tenantId, userId }: Pick<FactorRequestKey, 'tenantId' | 'userId'>,
): Promise<boolean> => {
  const { rows } = await sql`
    select user_id from users where tenant_id = ${tenantId} and user_id = ${userId} for key share`.execute(step)
  return rows.length === 1
}
