/** The event `gd_webauthn_enrollment_failed` of the tenant log. */

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

export const gdWebauthnEnrollmentFailed: LogEventType = {
  type: 'gd_webauthn_enrollment_failed',
  category: 'other',
  description: 'WebAuthn enrollment failed',
  doc: 'A security key, a device or a passkey could not be set up: the person cancelled, or the answer did not verify.',
  isRefusal: true,
  required: ['user_id', 'ip', 'details.authenticator', 'details.failure_details'],
  optional: [...CLIENT, ...USER, ...CONNECTION, ...TRANSACTION, ...AUTHENTICATOR, 'details.authentication_methods'],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'gd_webauthn_enrollment_failed',
    description: 'WebAuthn enrollment failed',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      authenticator: { id: null, type: 'passkey' },
      authentication_methods: ['passkey'],
      failure_details: { errorCode: 'NotAllowedError', message: 'The browser reported NotAllowedError.' },
    },
  },
}
