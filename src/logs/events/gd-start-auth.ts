/** The event `gd_start_auth` of the tenant log. */

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

export const gdStartAuth: LogEventType = {
  type: 'gd_start_auth',
  category: 'other',
  description: 'Second factor authentication started',
  doc: 'A page asked for a second factor; written once for each factor that a login shows.',
  required: ['user_id', 'ip'],
  optional: [...CLIENT, ...USER, ...CONNECTION, ...TRANSACTION, ...AUTHENTICATOR],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'gd_start_auth',
    description: 'Second factor authentication started',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      ...EXAMPLE_AUTHENTICATOR,
    },
  },
}
