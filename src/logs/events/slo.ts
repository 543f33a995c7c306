/** The event `slo` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, CONNECTION, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE, EXAMPLE_USER, TRANSACTION, USER } from './fields.ts'

export const slo: LogEventType = {
  type: 'slo',
  category: 'auth.logout.success',
  description: 'User successfully logged out',
  doc: 'A user logged out.',
  required: ['ip', 'hostname'],
  optional: [
    ...CLIENT,
    ...USER,
    ...CONNECTION,
    ...TRANSACTION,
    'details.allowed_logout_url',
    'details.initiated_by',
    'details.protocol',
    'details.return_to',
    'details.session_metadata',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'slo',
    description: 'User successfully logged out',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      session_id: 'qWb0Xy3tTgJ6nE2uRkZpVd5m',
      return_to: 'https://shop.example.com/',
      allowed_logout_url: ['https://shop.example.com/'],
    },
  },
}
