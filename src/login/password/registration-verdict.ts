/** What is asked about a person who signs up, and what the answer may be. */

import type { JsonObject } from '../../base/json.ts'

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
