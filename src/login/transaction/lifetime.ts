/** How long everything of a login lives, in seconds. */

const MINUTE = 60
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

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
  /** A session without a user. */
  sessionAnonymous: HOUR,
  /** Without use; each use starts it anew. */
  refreshTokenIdle: 30 * DAY,
  /** Since the login. */
  refreshTokenAbsolute: 365 * DAY,
} as const
