/** How long what the engine stores lives. */

import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import { DAY, LIFETIME } from '../transaction/lifetime.ts'
import { plannedRefreshTokenEnd, plannedSessionEnd } from './carry-plan.ts'
import { exchangeOf } from './engine-context.ts'

/** A grant outlives what it leads to. */
const grantLifetime = (context: KoaContextWithOIDC): number =>
  context.oidc.requestParamOIDCScopes.has('offline_access')
    ? LIFETIME.refreshTokenAbsolute + DAY
    : LIFETIME.accessToken + DAY

/** The engine's `ttl`. */
export const createLifetimes = (clock: Clock): NonNullable<Configuration['ttl']> => {
  const now = (): number => Math.floor(clock() / 1000)
  const remaining = (since: number | undefined, idle: number, absolute: number, end = Infinity): number =>
    Math.max(1, Math.min(idle, (since ?? now()) + absolute - now(), end - now()))

  return {
    AuthorizationCode: LIFETIME.authorizationCode,
    Interaction: LIFETIME.interaction,
    IdToken: LIFETIME.idToken,
    AccessToken: (_, token) => token.resourceServer?.accessTokenTTL ?? LIFETIME.accessToken,
    ClientCredentials: (_, token) => token.resourceServer?.accessTokenTTL ?? LIFETIME.accessToken,
    Grant: grantLifetime,
    RefreshToken: (context, token) =>
      remaining(token.iiat, LIFETIME.refreshTokenIdle, LIFETIME.refreshTokenAbsolute, plannedRefreshTokenEnd(context)),
    Session(context, session) {
      if (!session.accountId) return LIFETIME.sessionAnonymous
      const end = plannedSessionEnd(session, exchangeOf(context))
      return remaining(session.loginTs, LIFETIME.sessionIdle, LIFETIME.sessionAbsolute, end)
    },
  }
}
