/** The event `fu` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_CONNECTION,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  ORGANIZATION,
  TRANSACTION,
  USER,
} from './fields.ts'

export const fu: LogEventType = {
  type: 'fu',
  category: 'auth.login.fail',
  description: 'Wrong email or password.',
  doc: 'No user of the connection has the name that was entered.',
  isRefusal: true,
  required: [...CLIENT, 'ip', 'strategy', 'strategy_type'],
  optional: [...USER, ...CONNECTION, ...ORGANIZATION, ...TRANSACTION, 'details.error'],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'fu',
    description: 'Wrong email or password.',
    ...EXAMPLE_CLIENT,
    user_name: 'nobody@example.com',
    ...EXAMPLE_CONNECTION,
    details: { ...EXAMPLE_TRANSACTION, error: { message: 'Wrong email or password.' } },
  },
}
