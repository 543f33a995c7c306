/** The event `limit_mu` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_CONNECTION,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  TRANSACTION,
  USER,
} from './fields.ts'

export const limitMu: LogEventType = {
  type: 'limit_mu',
  category: 'system.notification',
  description: 'Blocked IP address',
  doc: 'A network failed to log in, or to sign up, too often, with one account or with many, and is throttled from now on.',
  isRefusal: true,
  required: [...CLIENT, 'ip', 'hostname'],
  optional: [...USER, ...CONNECTION, ...TRANSACTION, 'details.flow'],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'limit_mu',
    description: 'Blocked IP address',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_CONNECTION,
    details: { ...EXAMPLE_TRANSACTION, flow: 'login' },
  },
}
