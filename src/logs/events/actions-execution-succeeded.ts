/** The event `actions_execution_succeeded` of the tenant log. */

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

export const actionsExecutionSucceeded: LogEventType = {
  type: 'actions_execution_succeeded',
  category: 'actions',
  description: 'Actions completed',
  doc: 'The Actions after a sign-up have run; the event `ss` was written before them, so this one names their execution. Other executions are named in `details.actions.executions` of the login or the sign-up that waited for them. Auth0 logs nothing here.',
  required: [...CLIENT, 'ip', 'user_id', 'details.trigger_id', 'details.execution_id'],
  optional: [...USER, ...CONNECTION, ...TRANSACTION],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'actions_execution_succeeded',
    description: 'Actions completed',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    ...EXAMPLE_CONNECTION,
    details: {
      ...EXAMPLE_TRANSACTION,
      trigger_id: 'post-user-registration',
      execution_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
    },
  },
}
