/** Log events: what a tenant should know of its logins and of its log. */

import { defineEvents } from './define-events.ts'
import { ASKED, CLIENT, CONNECTION, inDetails, TRANSACTION, USER } from './fields.ts'

export const NOTICE_EVENTS = defineEvents({
  w: {
    category: 'auth.login.notification',
    description: 'Warning',
    doc: 'Something was wrong in a login that went on, such as an override that names no experiment, or there is something to know of a change that was made.',
    isRefusal: true,
    required: [],
    optional: [CLIENT, USER, CONNECTION, TRANSACTION, 'ip', ASKED, 'tracking_id'],
    optionalDetails: ['code', 'message', 'experiment_id', 'error', 'request', 'response', 'method', 'path', 'referer'],
    shows: [CLIENT],
    example: {
      transaction_id: 'x7Kp2NvQmH4sYw9LzTcB1g',
      code: 'experiment_not_found',
      message: 'The override names an experiment that does not exist.',
    },
  },
  log_events_left_out: {
    category: 'system.notification',
    description: 'Log events left out',
    doc: 'A network was refused so often that its further refusals were answered and counted, but not written one by one; once a minute for each network (`details.network` is null for those beyond the first hundred). Auth0 has no such event.',
    hasNoRequest: true,
    required: [inDetails('network', 'since', 'until', 'count', 'types')],
    optional: ['ip'],
    shows: [],
    exampleFields: { ip: '203.0.113.7' },
    example: {
      network: '203.0.113.7',
      since: '2026-11-21T09:44:12.345Z',
      until: '2026-11-21T09:45:11.012Z',
      count: 5_120,
      types: { feccft: 5_000, fsa: 120 },
    },
  },
})
