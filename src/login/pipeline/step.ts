/** What lies between "who is it" and "a code is issued": one small rule per step. */

import type { Json } from '../../base/json.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import type { Exchange } from '../transaction/exchange.ts'
import type { LoginFacts } from './login-facts.ts'

/**
 * How a user comes to be logged in: `interactive` through a page, `session` by single sign-on, `silent` by
 * `prompt=none`, `refresh` by a refresh token. No user sits in front of the last two, so they cannot be suspended.
 */
export type LoginKind = 'interactive' | 'session' | 'silent' | 'refresh'

/** A login whose user is known and whose tokens are not issued yet. */
export interface LoginUnderWay {
  readonly kind: LoginKind
  /** Its `transaction` is the login's, undefined for `silent`; its `plan` is what the steps decide together. */
  readonly exchange: Exchange
  readonly client: { readonly id: string; readonly name: string }
  readonly user: UserRecord
  readonly sessionId: string
  /** How the session, or the refresh token, says that the user was authenticated (RFC 8176). */
  readonly amr?: readonly string[] | undefined
  /** Put together when a step asks. */
  facts(): LoginFacts
}

export type StepOutcome =
  | { readonly kind: 'continue' }
  /**
   * Sends the browser away, to a page of ours or of another site. The login waits under `state`, and goes on in this
   * very step, with what `completeSuspension` is given; the steps before it do not run again.
   */
  | { readonly kind: 'suspend'; readonly to: (state: string) => string }
  /** Ends the login; the application reads both at its callback. */
  | { readonly kind: 'deny'; readonly error: string; readonly description: string }

export interface Step {
  readonly name: string
  /** One sentence: what the step enforces. */
  readonly doc: string
  readonly kinds: readonly LoginKind[]
  /** @param resumed what the step's suspension was completed with; undefined at its first run */
  run(login: LoginUnderWay, resumed: Json | undefined): Promise<StepOutcome>
}

export const CONTINUE: StepOutcome = { kind: 'continue' }
