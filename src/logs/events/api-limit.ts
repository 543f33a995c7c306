/** The event `api_limit` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE } from './fields.ts'

export const apiLimit: LogEventType = {
  type: 'api_limit',
  category: 'system.notification',
  description: 'Rate limit reached',
  doc: 'A network, or all networks together (`global`), have begun more logins, or a client made more requests of the Management API, than the limit allows; written once a minute while it goes on.',
  isRefusal: true,
  required: ['ip', 'details.limit', 'details.request'],
  optional: [...CLIENT, 'details.response'],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'api_limit',
    description: 'Rate limit reached',
    ...EXAMPLE_CLIENT,
    details: {
      limit: { bucket: 'management-api', global: false, size: 2_000 },
      request: { method: 'GET', path: '/api/v2/logs' },
    },
  },
}
