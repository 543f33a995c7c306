/** The event `gd_recovery_succeed` of the tenant log. */

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

export const gdRecoverySucceed: LogEventType = {
  type: 'gd_recovery_succeed',
  category: 'other',
  description: 'Recovery code accepted',
  doc: 'A recovery code was used instead of another second factor.',
  required: ['user_id', 'ip', 'details.authenticator'],
  optional: [...CLIENT, ...USER, ...CONNECTION, ...TRANSACTION, ...AUTHENTICATOR],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'gd_recovery_succeed',
    description: 'Recovery code accepted',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      authenticator: { id: 'recovery-code|dev_9dRk3YwQmT7xLcV2hPzB5n', type: 'recovery-code' },
    },
  },
}
