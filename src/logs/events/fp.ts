/** The event `fp` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_CONNECTION,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  EXAMPLE_USER,
  ORGANIZATION,
  TRANSACTION,
  USER,
} from './fields.ts'

export const fp: LogEventType = {
  type: 'fp',
  category: 'auth.login.fail',
  description: 'Wrong email or password.',
  doc: 'The password of an existing user was wrong.',
  isRefusal: true,
  required: [...CLIENT, 'ip', 'strategy', 'strategy_type', 'user_id'],
  optional: [...USER, ...CONNECTION, ...ORGANIZATION, ...TRANSACTION, 'details.error'],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'fp',
    description: 'Wrong email or password.',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    ...EXAMPLE_CONNECTION,
    details: { ...EXAMPLE_TRANSACTION, error: { message: 'Wrong email or password.' } },
  },
}
