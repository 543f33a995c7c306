/** What a connection says about passkeys. */

import { isJsonObject } from '../../base/json.ts'
import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'

export interface PasskeyPolicy {
  readonly enabled: boolean
  /** The login page offers them by a button, in the list of a field's suggestions, or both. */
  readonly button: boolean
  readonly autofill: boolean
  /** A user who logs in with a password and has no passkey is asked to create one. */
  readonly progressiveEnrollment: boolean
}

const memberOf = (value: unknown, name: string): unknown => (isJsonObject(value) ? value[name] : undefined)

/**
 * Reads `authentication_methods.passkey` and `passkey_options`. Passkeys are on unless a connection turns them off:
 * the page that an Action sends users to works at once, and so does what they create there. No user is asked for one
 * unless the connection says so: who is asked is what experiments are about.
 */
export const passkeyPolicyOf = ({ options }: Pick<ConnectionRecord, 'options'>): PasskeyPolicy => {
  const enabled = memberOf(memberOf(options.authentication_methods, 'passkey'), 'enabled') !== false
  const challengeUi = memberOf(options.passkey_options, 'challenge_ui') ?? 'both'
  return {
    enabled,
    button: enabled && challengeUi !== 'autofill',
    autofill: enabled && challengeUi !== 'button',
    progressiveEnrollment: enabled && memberOf(options.passkey_options, 'progressive_enrollment_enabled') === true,
  }
}
