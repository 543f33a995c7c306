/** The event `passkey_enrollment_declined` of the tenant log. */

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

export const passkeyEnrollmentDeclined: LogEventType = {
  type: 'passkey_enrollment_declined',
  category: 'user.notification',
  description: 'Passkey enrollment declined',
  doc: 'A user was offered a passkey and said no: `not_now` is asked again after 30 days, `never` is not. Auth0 logs nothing here; without it, a prompt that is declined cannot be told from one that was never shown.',
  required: ['user_id', 'ip', 'details.authenticator', 'details.choice'],
  optional: [...CLIENT, ...USER, ...CONNECTION, ...TRANSACTION, ...AUTHENTICATOR],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'passkey_enrollment_declined',
    description: 'Passkey enrollment declined',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      authenticator: { id: null, type: 'passkey' },
      choice: 'not_now',
      request: { query: { experiment_id: 'exp_uMP2ccYnKbSXPPNF8q1jsh', variation_id: 'var_7Qr1sL6kMmWy9vBjPt4hEZ' } },
    },
  },
}
