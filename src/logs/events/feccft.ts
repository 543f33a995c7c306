/** The event `feccft` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE, ORGANIZATION, USER } from './fields.ts'

export const feccft: LogEventType = {
  type: 'feccft',
  category: 'auth.token_exchange.fail',
  description: 'Client credentials refused',
  doc: 'A client could not exchange its own credentials.',
  isRefusal: true,
  required: ['ip', 'hostname'],
  optional: [
    ...CLIENT,
    ...USER,
    ...ORGANIZATION,
    'audience',
    'scope',
    'details.error',
    'details.client_authentication_error',
    'details.requested_client_id',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'feccft',
    description: 'Client credentials refused',
    ...EXAMPLE_CLIENT,
    audience: 'https://login.example.com/api/v2/',
    details: { error: { message: 'Unauthorized', oauthError: 'access_denied' } },
  },
}
