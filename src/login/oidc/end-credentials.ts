/** Ends the session, or the refresh token, of a login that was refused for good. */

import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { LoginPlan } from '../pipeline/login-plan.ts'

type Session = InstanceType<Provider['Session']>

/**
 * The tokens of the session's latest login at each application; those of earlier logins belong to nobody's session. The
 * login that is refused has taken the place of its application's latest one already, but for the stored session.
 */
const revokeRefreshTokens = async ({ oidc }: KoaContextWithOIDC, { uid, authorizations }: Session): Promise<void> => {
  const { Session, RefreshToken } = oidc.provider
  const stored = await Session.findByUid(uid)
  const all = [...Object.values(authorizations ?? {}), ...Object.values(stored?.authorizations ?? {})]
  for (const grantId of new Set(all.map(authorization => authorization.grantId))) {
    if (grantId) await RefreshToken.revokeByGrantId(grantId)
  }
}

const destroySession = async (session: Session): Promise<void> => {
  // A session that has just been logged in to has a new id, under which it is not stored yet.
  const stored: unknown = Reflect.get(session, 'oldId')
  if (typeof stored === 'string') session.jti = stored
  await session.destroy()
}

/** @param session of the browser; of a refresh, the one that the token comes from, as long as it lasts */
export const endCredentials = async (
  context: KoaContextWithOIDC,
  session: Session | undefined,
  { session: sessionEnds, refreshToken }: LoginPlan['revoked'],
): Promise<void> => {
  const { oidc } = context
  const grantId = oidc.entities.RefreshToken?.grantId
  if (grantId && (refreshToken || sessionEnds === 'with-refresh-tokens')) {
    await oidc.provider.RefreshToken.revokeByGrantId(grantId)
  }
  if (!sessionEnds || !session) return
  if (sessionEnds === 'with-refresh-tokens') await revokeRefreshTokens(context, session)
  await destroySession(session)
}
