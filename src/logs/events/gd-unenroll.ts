/** The event `gd_unenroll` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  AUTHENTICATOR,
  CLIENT,
  CONNECTION,
  EXAMPLE_AUTHENTICATOR,
  EXAMPLE_CLIENT,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  EXAMPLE_USER,
  TRANSACTION,
  USER,
} from './fields.ts'

export const gdUnenroll: LogEventType = {
  type: 'gd_unenroll',
  category: 'user.notification',
  description: 'Authenticator removed',
  doc: 'An authenticator was taken from a user.',
  required: ['user_id', 'ip', 'details.authenticator'],
  optional: [...CLIENT, ...USER, ...CONNECTION, ...TRANSACTION, ...AUTHENTICATOR],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'gd_unenroll',
    description: 'Authenticator removed',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      ...EXAMPLE_AUTHENTICATOR,
      enrollment: {
        _id: 'totp|dev_6gTq2ZpXvR8sKcW4nYbH1m',
        name: 'One-time password',
        tenant: 'dev',
        user_id: 'auth0|65f1c0ffee0ddba11cafe001',
      },
    },
  },
}
