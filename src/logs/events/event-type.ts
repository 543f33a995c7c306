/** What the table of log events says of one type. */

import type { JsonObject } from '../../base/json.ts'

/** The categories by which log streams filter (contract: `filters[].name`). */
export type LogCategory =
  | 'auth.login.fail'
  | 'auth.login.notification'
  | 'auth.login.success'
  | 'auth.logout.fail'
  | 'auth.logout.success'
  | 'auth.signup.fail'
  | 'auth.signup.success'
  | 'auth.silent_auth.fail'
  | 'auth.silent_auth.success'
  | 'auth.token_exchange.fail'
  | 'auth.token_exchange.success'
  | 'management.fail'
  | 'management.success'
  | 'scim.event'
  | 'system.notification'
  | 'user.fail'
  | 'user.notification'
  | 'user.success'
  | 'actions'
  | 'other'

export interface LogEventType {
  /** The wire's code, as in `type:s`. */
  readonly type: string
  readonly category: LogCategory
  /** Written when the caller states no better sentence. */
  readonly description: string
  /** One sentence of reference: when the event is written. */
  readonly doc: string
  /**
   * Any stranger can bring it about, as often as they like: it is kept small, and beyond a number from one network it is
   * counted and not written.
   */
  readonly isRefusal?: true
  /** Paths that every document of this type has beside the fields of all events. */
  readonly required: readonly string[]
  /** Paths that a document may have besides; a path allows everything below it. */
  readonly optional: readonly string[]
  /** A document as the API returns it. */
  readonly example: JsonObject
  /** Documents that differ in kind from the example. */
  readonly furtherExamples?: readonly JsonObject[]
}
