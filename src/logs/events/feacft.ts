/** The event `feacft` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, CONNECTION, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE, TRANSACTION, USER } from './fields.ts'

export const feacft: LogEventType = {
  type: 'feacft',
  category: 'auth.token_exchange.fail',
  description: 'Invalid authorization code',
  doc: 'An authorization code could not be exchanged.',
  isRefusal: true,
  required: ['ip', 'hostname'],
  optional: [
    ...CLIENT,
    ...USER,
    ...CONNECTION,
    ...TRANSACTION,
    'audience',
    'scope',
    'details.code',
    'details.error',
    'details.requested_client_id',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'feacft',
    description: 'Invalid authorization code',
    ...EXAMPLE_CLIENT,
    details: { code: 'J7kXXXXX', error: { message: 'grant request is invalid', oauthError: 'invalid_grant' } },
  },
}
