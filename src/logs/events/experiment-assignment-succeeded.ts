/** The event `experiment_assignment_succeeded` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  ORGANIZATION,
  TRANSACTION,
  USER,
} from './fields.ts'

export const experimentAssignmentSucceeded: LogEventType = {
  type: 'experiment_assignment_succeeded',
  category: 'other',
  description: 'Experiment variation assigned',
  doc: 'A login transaction was assigned to a variation; `details.experiment` is that experiment, and all later events of the transaction have it in `details.experiments`.',
  required: [...CLIENT, 'details.transaction_id', 'details.experiment'],
  optional: [
    ...USER,
    ...CONNECTION,
    ...ORGANIZATION,
    ...TRANSACTION,
    'ip',
    'details.reason',
    'details.phase',
    'details.subject',
    'details.override',
    'details.segment_id',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'experiment_assignment_succeeded',
    description: 'Experiment variation assigned',
    ...EXAMPLE_CLIENT,
    details: { ...EXAMPLE_TRANSACTION, reason: 'auto_percentage', phase: 1 },
  },
}
