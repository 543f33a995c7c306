/** The event `limit_wc` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_CONNECTION,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  EXAMPLE_USER,
  TRANSACTION,
  USER,
} from './fields.ts'

export const limitWc: LogEventType = {
  type: 'limit_wc',
  category: 'system.notification',
  description: 'Blocked account',
  doc: 'An address failed to log in to one account too often in a row, and is blocked from it for a while.',
  isRefusal: true,
  required: [...CLIENT, 'ip', 'hostname'],
  optional: [...USER, ...CONNECTION, ...TRANSACTION],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'limit_wc',
    description: 'Blocked account',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    ...EXAMPLE_CONNECTION,
    details: { ...EXAMPLE_TRANSACTION },
  },
}
