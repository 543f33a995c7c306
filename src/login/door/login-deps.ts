/** What the login needs from the rest of the server; the composition root provides it. */

import type { Clock } from '../../base/clock.ts'
import type { RandomBytes } from '../../base/random.ts'
import type { Rate } from '../../base/rate-limiter.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { Db } from '../../store/database/database.ts'
import type { FailureLimit } from '../../store/logins/login-failure-store.ts'
import type { LoginActions } from '../actions/login-actions.ts'
import type { Assign } from '../assignment/assignment-port.ts'

export interface LoginConfig {
  /** With the trailing slash, such as `http://localhost:3000/`. Cookies are `Secure` when it is https. */
  readonly issuer: string
  /** How many proxies in front append to `X-Forwarded-For`; 0 = the header is ignored. */
  readonly trustedProxyHops: number
  /** How often a network may begin a login. */
  readonly limitAuthorize: Rate | 'off'
  /** How often all networks together may begin one at a tenant. */
  readonly limitAuthorizeTenant: Rate | 'off'
  /** Failed log-ins of a network, for all accounts together. */
  readonly limitFailedLogins: Rate | 'off'
  /** Failed sign-ups of a network. */
  readonly limitFailedSignups: Rate | 'off'
  /** Wrong secrets of one client from one network. */
  readonly limitClientSecrets: Rate | 'off'
  /** Wrong passwords in a row for one account from one network. */
  readonly limitAccount: FailureLimit | 'off'
  /** Wrong codes of a user in a row; `seconds` is the first of growing pauses. */
  readonly limitFactors: FailureLimit | 'off'
}

export interface LoginDeps {
  /** A commit that was answered is on disk. */
  readonly db: Db
  /**
   * Answers a commit before it is on disk: for state that may be lost in a crash: a login that was not yet said to
   * have succeeded begins again then.
   */
  readonly volatileDb: Db
  readonly log: TenantLog
  readonly assign: Assign
  readonly clock: Clock
  readonly random: RandomBytes
  readonly secretBox: SecretBox
  readonly config: LoginConfig
  /** Without them no Actions run. */
  readonly actions?: LoginActions
  /** Takes what the operator must know and the person at the browser must not. */
  logError(error: unknown, context: Readonly<Record<string, string>>): void
}

/** What a transaction needs of the server. */
export type LoginContext = Pick<LoginDeps, 'volatileDb' | 'log' | 'clock' | 'random' | 'logError'> & {
  /** Never rejects. */
  readonly safeAssign: Assign
}
