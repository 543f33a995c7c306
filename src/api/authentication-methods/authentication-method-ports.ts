/** What the operations on users' authentication methods need beside the database; the composition root provides it. */

import type { RandomBytes } from '../../base/random.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { ApiContext } from '../http/api-context.ts'

export interface AuthenticationMethodPorts {
  /** Seals TOTP secrets: the box of the login, which opens them. */
  readonly secrets: SecretBox
  readonly random: RandomBytes
}

/** What a call of these operations has. */
export interface MethodContext extends ApiContext {
  readonly authenticationMethods: AuthenticationMethodPorts
}
