/** The user behind a session, a code or a token, as the OIDC engine asks for it. */

import { errors, type FindAccount } from 'oidc-provider'
import type { Db } from '../../store/database.ts'
import { findUser } from '../../store/user-store.ts'
import { runPipeline } from '../pipeline/run-pipeline.ts'
import type { Step } from '../pipeline/step.ts'
import { userClaims } from './claims.ts'
import { clientOf, exchangeOf } from './engine-context.ts'

/**
 * A refresh takes the steps of a login here: the engine has checked the token and has neither used it up nor issued
 * anything. A token that was used before goes on without them, to the engine's answer to theft.
 */
export const createFindAccount =
  (db: Db, steps: readonly Step[]): FindAccount =>
  async (context, subject, token) => {
    const exchange = exchangeOf(context)
    const user = await findUser(db, exchange.tenant.tenantId, subject)
    if (!user || (token?.kind === 'AccessToken' && user.blocked)) return undefined
    const client = clientOf(context)
    if (token?.kind === 'RefreshToken' && !('consumed' in token && token.consumed) && client) {
      const login = { kind: 'refresh', exchange, client, user, sessionId: String(token.sid ?? '') } as const
      const outcome = await runPipeline(steps, login, undefined)
      if (outcome.kind === 'denied') throw new errors.CustomOIDCProviderError(outcome.error, outcome.description)
    }
    return { accountId: user.userId, user, claims: () => ({ ...userClaims(user), sub: user.userId }) }
  }
