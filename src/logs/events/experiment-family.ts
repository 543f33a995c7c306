/** Log events: assignments of variations. */

import { defineEvents } from './define-events.ts'
import { CLIENT, CONNECTION, inDetails, ORGANIZATION, TRANSACTION, USER } from './fields.ts'

export const EXPERIMENT_EVENTS = defineEvents({
  experiment_assignment_succeeded: {
    category: 'other',
    description: 'Experiment variation assigned',
    doc: 'A login transaction was assigned to a variation; `details.experiment` is that experiment, and all later events of the transaction have it in `details.experiments`.',
    required: [CLIENT, inDetails('transaction_id', 'experiment')],
    optional: [USER, CONNECTION, ORGANIZATION, TRANSACTION, 'ip'],
    optionalDetails: ['reason', 'phase', 'subject', 'override', 'segment_id'],
    shows: [CLIENT, TRANSACTION],
    example: { reason: 'auto_percentage', phase: 1 },
  },
})
