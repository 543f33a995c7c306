/** Gives a user an authenticator in the name of a login that waits for it. */

import type { Db } from '../database/database.ts'
import { advanceFactorRequest, type FactorRequestRef } from '../logins/factor-request-store.ts'
import { keepUser } from '../logins/keep-user.ts'
import type { InsertCredentialOutcome } from './credential-store.ts'

/** Undoes the transaction under way. */
class LoginEnded extends Error {
  override readonly name = 'LoginEnded'
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
