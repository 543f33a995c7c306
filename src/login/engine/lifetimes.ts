/** How long everything lives, in seconds. */

import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import { plannedRefreshTokenEnd, plannedSessionEnd } from './carry-plan.ts'
import { exchangeOf } from './engine-context.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const LIFETIME = {
  authorizationCode: MINUTE,
  interaction: HOUR,
  /** Of a login that is not finished: as long as its page, and some minutes in which its code is exchanged. */
  unfinishedTransaction: HOUR + 5 * MINUTE,
  idToken: 10 * HOUR,
  /** Of tokens without an API; an API has its own. */
  accessToken: DAY,
  /** Without use. */
  sessionIdle: 72 * HOUR,
  /** Since the login. */
  sessionAbsolute: 168 * HOUR,
  /** A session that no user is logged in to. */
  sessionAnonymous: HOUR,
  /** Without use; each use starts it anew. */
  refreshTokenIdle: 30 * DAY,
  /** Since the login. */
  refreshTokenAbsolute: 365 * DAY,
} as const

/** A grant outlives whatever it leads to. */
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
