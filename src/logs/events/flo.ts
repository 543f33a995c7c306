/** The event `flo` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, CONNECTION, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE, TRANSACTION, USER } from './fields.ts'

export const flo: LogEventType = {
  type: 'flo',
  category: 'auth.logout.fail',
  description: 'User logout failed',
  doc: 'A logout was refused, such as for an address that is not allowed.',
  isRefusal: true,
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
    'details.error',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'flo',
    description: 'User logout failed',
    ...EXAMPLE_CLIENT,
    details: {
      return_to: 'https://evil.example/',
      allowed_logout_url: ['https://shop.example.com/'],
      error: { message: 'The returnTo address is not allowed.' },
    },
  },
}
