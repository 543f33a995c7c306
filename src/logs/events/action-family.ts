/** Log events: Actions that ran. */

import { defineEvents } from './define-events.ts'
import { CLIENT, CONNECTION, inDetails, TRANSACTION, USER } from './fields.ts'

export const ACTION_EVENTS = defineEvents({
  actions_execution_failed: {
    category: 'actions',
    description: 'An Action failed',
    doc: 'An Action threw, used up its time or its memory, or could not be run. The login or the sign-up that waited for it has failed; after a sign-up nothing waits.',
    required: ['ip', inDetails('trigger_id', 'execution_id', 'error_class')],
    optional: [CLIENT, USER, CONNECTION, TRANSACTION],
    optionalDetails: ['action_id', 'action_name', 'version_id', 'binding_id', 'action_error'],
    shows: [CLIENT, USER, TRANSACTION],
    example: {
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
  actions_execution_succeeded: {
    category: 'actions',
    description: 'Actions completed',
    doc: 'The Actions after a sign-up have run; the event `ss` was written before them, so this one names their execution. Other executions are named in `details.actions.executions` of the login or the sign-up that waited for them. Auth0 logs nothing here.',
    required: [CLIENT, 'ip', 'user_id', inDetails('trigger_id', 'execution_id')],
    optional: [USER, CONNECTION, TRANSACTION],
    shows: [CLIENT, USER, CONNECTION, TRANSACTION],
    example: { trigger_id: 'post-user-registration', execution_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' },
  },
})
