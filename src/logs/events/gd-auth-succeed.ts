/** The event `gd_auth_succeed` of the tenant log. */

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

export const gdAuthSucceed: LogEventType = {
  type: 'gd_auth_succeed',
  category: 'other',
  description: 'Second factor authentication succeeded',
  doc: 'A second factor was proved.',
  required: ['user_id', 'ip', 'details.authenticator'],
  optional: [...CLIENT, ...USER, ...CONNECTION, ...TRANSACTION, ...AUTHENTICATOR],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'gd_auth_succeed',
    description: 'Second factor authentication succeeded',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      ...EXAMPLE_AUTHENTICATOR,
      remember_browser: false,
    },
  },
}
