/** The event `actions_execution_failed` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  EXAMPLE_USER,
  TRANSACTION,
  USER,
} from './fields.ts'

export const actionsExecutionFailed: LogEventType = {
  type: 'actions_execution_failed',
  category: 'actions',
  description: 'An Action failed',
  doc: 'An Action threw, used up its time or its memory, or could not be run. The login or the sign-up that waited for it has failed; after a sign-up nothing waits.',
  required: ['ip', 'details.trigger_id', 'details.execution_id', 'details.error_class'],
  optional: [
    ...CLIENT,
    ...USER,
    ...CONNECTION,
    ...TRANSACTION,
    'details.action_id',
    'details.action_name',
    'details.version_id',
    'details.binding_id',
    'details.action_error',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'actions_execution_failed',
    description: 'An Action failed',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    details: {
      ...EXAMPLE_TRANSACTION,
      trigger_id: 'post-login',
      execution_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
      action_id: '9a1ff7b3-1c5c-4a35-8d1e-6ac0f5b2b3a4',
      action_name: 'conditional-mfa',
      version_id: 'c7bd0a4e-1f7b-4a35-9a3e-2d7e3c9a7a10',
      binding_id: '0b8d9e1c-73a2-4f52-8a55-1d2f0e6c9b77',
      error_class: 'action_error',
      action_error: { name: 'TypeError', message: "Cannot read properties of undefined (reading 'require_mfa')" },
    },
  },
}
