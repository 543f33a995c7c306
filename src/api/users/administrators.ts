/** A person who can log in as an administrator has an administrator's scopes, so only a caller who has them may change that login. */

import { apiError } from '../../model/error-codes.ts'
import { administratorScopes } from '../../store/users/administrator-power.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import type { ApiContext } from '../http/api-context.ts'

/**
 * Refuses a caller that would gain scopes by logging in as this user.
 *
 * @throws `insufficient_scope`
 */
export const requireNoLessThan = async (api: ApiContext, user: UserRecord): Promise<void> => {
  if (!user.isAdministrator) return
  const missing = (await administratorScopes(api.read)).filter(scope => !api.caller.scopes.includes(scope))
  if (missing.length === 0) return
  throw apiError(
    'insufficient_scope',
    `The user is an administrator, whose login leads to scopes that the token lacks: ${missing.join(', ')}.`,
  )
}
