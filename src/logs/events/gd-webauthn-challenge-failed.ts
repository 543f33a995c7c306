/** The event `gd_webauthn_challenge_failed` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  AUTHENTICATOR,
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  EXAMPLE_USER,
  TRANSACTION,
  USER,
} from './fields.ts'

export const gdWebauthnChallengeFailed: LogEventType = {
  type: 'gd_webauthn_challenge_failed',
  category: 'other',
  description: 'WebAuthn challenge failed',
  doc: 'A security key or a device did not prove the second factor: the person cancelled, or the answer did not verify.',
  isRefusal: true,
  required: ['user_id', 'ip', 'details.authenticator', 'details.failure_details'],
  optional: [...CLIENT, ...USER, ...CONNECTION, ...TRANSACTION, ...AUTHENTICATOR],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'gd_webauthn_challenge_failed',
    description: 'WebAuthn challenge failed',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      authenticator: { id: null, type: 'webauthn-roaming' },
      failure_details: { errorCode: 'NotAllowedError', message: 'The browser reported NotAllowedError.' },
    },
  },
}
