/** Gives a user an authenticator in the name of a login that waits for it. */

import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { InsertCredentialOutcome } from '../users/credential-store.ts'
import { advanceFactorRequest, type FactorRequestKey, type FactorRequestRef } from './factor-request-store.ts'

/** Undoes the transaction under way. */
class LoginEnded extends Error {
  override readonly name = 'LoginEnded'
}

/**
 * Locks a user against deletion until the transaction ends; false when there is none. A deletion takes the user first
 * and then what belongs to it, so a transaction in the same order never waits for it in a circle.
 */
export const keepUser = async (step: Db, { tenantId, userId }: FactorRequestKey): Promise<boolean> => {
  const { rows } = await sql`
    select user_id from users where tenant_id = ${tenantId} and user_id = ${userId} for key share`.execute(step)
  return rows.length === 1
}

/**
 * Stores an authenticator and notes it with the request: both or neither, so that a login which has ended adds nothing
 * to an account.
 *
 * @param insert runs in the transaction
 * @returns `ended` when the request does not wait any more, else what `insert` says
 */
export const enrollFactor = async (
  db: Db,
  request: FactorRequestRef,
  { factor, by }: { readonly factor: string; readonly by: 'enrollment' | 'gift' },
  insert: (step: Db) => Promise<InsertCredentialOutcome>,
): Promise<InsertCredentialOutcome | 'ended'> => {
  try {
    return await db.transaction().execute(async step => {
      if (!(await keepUser(step, request.key))) throw new LoginEnded()
      const outcome = await insert(step)
      if (outcome === 'created' && !(await advanceFactorRequest(step, request, factor, by))) throw new LoginEnded()
      return outcome
    })
  } catch (error) {
    if (error instanceof LoginEnded) return 'ended'
    throw error
  }
}
