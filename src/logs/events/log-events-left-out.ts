/** The event `log_events_left_out` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { EXAMPLE_ENVELOPE } from './fields.ts'

const { user_agent: _, isMobile: __, hostname: ___, ...envelope } = EXAMPLE_ENVELOPE

export const logEventsLeftOut: LogEventType = {
  type: 'log_events_left_out',
  category: 'system.notification',
  description: 'Log events left out',
  doc: 'A network was refused so often that its further refusals were answered and counted, but not written one by one; once a minute for each network (`details.network` is null for those beyond the first hundred). Auth0 has no such event.',
  required: ['details.network', 'details.since', 'details.until', 'details.count', 'details.types'],
  optional: ['ip'],
  example: {
    ...envelope,
    type: 'log_events_left_out',
    description: 'Log events left out',
    details: {
      network: '203.0.113.7',
      since: '2026-11-21T09:44:12.345Z',
      until: '2026-11-21T09:45:11.012Z',
      count: 5_120,
      types: { feccft: 5_000, fsa: 120 },
    },
  },
}
