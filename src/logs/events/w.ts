/** The event `w` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, CONNECTION, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE, TRANSACTION, USER } from './fields.ts'

export const w: LogEventType = {
  type: 'w',
  category: 'auth.login.notification',
  description: 'Warning',
  doc: 'Something was wrong in a login that went on, such as an override that names no experiment, or there is something to know of a change that was made.',
  isRefusal: true,
  required: [],
  optional: [
    ...CLIENT,
    ...USER,
    ...CONNECTION,
    ...TRANSACTION,
    'ip',
    'audience',
    'scope',
    'tracking_id',
    'details.code',
    'details.message',
    'details.experiment_id',
    'details.error',
    'details.request',
    'details.response',
    'details.method',
    'details.path',
    'details.referer',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'w',
    description: 'Warning',
    ...EXAMPLE_CLIENT,
    details: {
      transaction_id: 'x7Kp2NvQmH4sYw9LzTcB1g',
      code: 'experiment_not_found',
      message: 'The override names an experiment that does not exist.',
    },
  },
}
