/** The event `gd_enrollment_complete` of the tenant log. */

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

export const gdEnrollmentComplete: LogEventType = {
  type: 'gd_enrollment_complete',
  category: 'user.notification',
  description: 'Authenticator enrolled',
  doc: 'A user set up a second factor or a passkey. `details.request.query` holds the ids with which an Action sent the browser to the enrollment page.',
  required: ['user_id', 'ip', 'details.authenticator'],
  optional: [...CLIENT, ...USER, ...CONNECTION, ...TRANSACTION, ...AUTHENTICATOR],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'gd_enrollment_complete',
    description: 'Authenticator enrolled',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      authenticator: { id: 'passkey|dev_4fNs8QwErT6yUiP1aSdG2h', type: 'passkey' },
      enrollment: {
        _id: 'passkey|dev_4fNs8QwErT6yUiP1aSdG2h',
        name: 'Passkey',
        tenant: 'dev',
        user_id: 'auth0|65f1c0ffee0ddba11cafe001',
      },
      request: { query: { experiment_id: 'exp_uMP2ccYnKbSXPPNF8q1jsh', variation_id: 'var_7Qr1sL6kMmWy9vBjPt4hEZ' } },
    },
  },
}
