/** Ends the session, or the refresh token, of a login that was refused for good. */

import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Db } from '../../store/database/database.ts'
import { endGrants, endSession, endTokensOfSession } from '../../store/logins/session-end.ts'
import type { LoginPlan } from '../transaction/login-plan.ts'
import { exchangeOf } from './engine-context.ts'

type Session = InstanceType<Provider['Session']>

/** The session that a login belongs to. */
export interface LoginSession {
  /** Undefined for a refresh token of a login without one. */
  readonly id: string | undefined
  /** The browser's, which the engine would store again after the answer; undefined for a refresh. */
  readonly current?: Session
}

/**
 * Ends what the plan of a refused login says. The session goes first: what is issued by it until it is gone, ends with
 * the others.
 */
export const endCredentials = async (
  context: KoaContextWithOIDC,
  db: Db,
  session: LoginSession,
  { session: sessionEnds, refreshToken }: LoginPlan['revoked'],
): Promise<void> => {
  const { tenantId } = exchangeOf(context).tenant
  const grantId = context.oidc.entities.RefreshToken?.grantId
  if (grantId && (refreshToken || sessionEnds === 'with-refresh-tokens')) {
    await endGrants(db, tenantId, [grantId])
  }
  if (!sessionEnds || !session.id) return
  await (session.current ? session.current.destroy() : endSession(db, tenantId, session.id))
  if (sessionEnds === 'with-refresh-tokens') await endTokensOfSession(db, tenantId, session.id)
}
