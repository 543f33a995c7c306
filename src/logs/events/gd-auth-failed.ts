/** The event `gd_auth_failed` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  AUTHENTICATOR,
  CLIENT,
  CONNECTION,
  EXAMPLE_AUTHENTICATOR,
  EXAMPLE_CLIENT,
  EXAMPLE_ENVELOPE,
  EXAMPLE_FACTOR_REQUEST,
  EXAMPLE_TRANSACTION,
  EXAMPLE_USER,
  TRANSACTION,
  USER,
} from './fields.ts'

export const gdAuthFailed: LogEventType = {
  type: 'gd_auth_failed',
  category: 'other',
  description: 'Second factor authentication failed',
  doc: 'A code of a second factor was wrong or had been used before.',
  isRefusal: true,
  required: ['user_id', 'ip', 'details.authenticator', 'details.failure_details'],
  optional: [...CLIENT, ...USER, ...CONNECTION, ...TRANSACTION, ...AUTHENTICATOR],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'gd_auth_failed',
    description: 'Second factor authentication failed',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      ...EXAMPLE_AUTHENTICATOR,
      ...EXAMPLE_FACTOR_REQUEST,
      failure_details: { errorCode: 'invalid_code', message: 'The code is wrong.' },
    },
  },
}
