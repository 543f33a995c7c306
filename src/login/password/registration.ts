/** Who is asked about a person who signs up, and what the answer may be. */

import type { JsonObject } from '../../base/json.ts'
import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import type { Exchange } from '../transaction/exchange.ts'
import type { LoginTransaction } from '../transaction/transaction.ts'

/** A person who is no user yet and has no id. */
export interface Candidate {
  readonly email: string
  readonly name: string
  readonly nickname: string
}

export type RegistrationVerdict =
  | { readonly kind: 'admitted'; readonly userMetadata: JsonObject; readonly appMetadata: JsonObject }
  | { readonly kind: 'under_way' }
  /** `reason` is for the log, `message` for the person. */
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }

export interface RegistrationRequest {
  readonly exchange: Exchange
  readonly transaction: LoginTransaction
  readonly connection: ConnectionRecord
  /** What was sent, without the password. */
  readonly form: Readonly<Record<string, string>>
  /** Asked before Actions run; false when the same sign-up is at work in another request. */
  readonly reserve: () => Promise<boolean>
}

/** What runs before and after a sign-up. */
export interface Registration {
  before(request: RegistrationRequest, candidate: Candidate): Promise<RegistrationVerdict>
  /** Returns at once; what happens there changes nothing for the user. */
  after(request: RegistrationRequest, user: UserRecord): void
}
