/** Settings of the login that come from the configuration. */

import type { Rate } from '../../base/rate-limiter.ts'
import type { FailureLimit } from '../../store/logins/login-failure-store.ts'

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
