/** The event `gd_recovery_failed` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  AUTHENTICATOR,
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  EXAMPLE_USER,
  TRANSACTION,
  USER,
} from './fields.ts'

export const gdRecoveryFailed: LogEventType = {
  type: 'gd_recovery_failed',
  category: 'other',
  description: 'Recovery code refused',
  doc: 'A recovery code was wrong.',
  isRefusal: true,
  required: ['user_id', 'ip', 'details.authenticator', 'details.failure_details'],
  optional: [...CLIENT, ...USER, ...CONNECTION, ...TRANSACTION, ...AUTHENTICATOR],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'gd_recovery_failed',
    description: 'Recovery code refused',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      authenticator: { id: null, type: 'recovery-code' },
      failure_details: { errorCode: 'invalid_code', message: 'The code is wrong.' },
    },
  },
}
