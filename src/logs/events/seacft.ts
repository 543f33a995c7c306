/** The event `seacft` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_CONNECTION,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  EXAMPLE_USER,
  ORGANIZATION,
  TRANSACTION,
  USER,
} from './fields.ts'

export const seacft: LogEventType = {
  type: 'seacft',
  category: 'auth.token_exchange.success',
  description: 'Authorization Code for Access Token',
  doc: 'An authorization code was exchanged for tokens.',
  required: [...CLIENT, 'ip', 'hostname', 'user_id'],
  optional: [
    ...USER,
    ...CONNECTION,
    ...ORGANIZATION,
    ...TRANSACTION,
    'audience',
    'scope',
    'details.code',
    'details.refresh_token',
    'details.access_token_jti',
    'details.requested_client_id',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'seacft',
    description: 'Authorization Code for Access Token',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    ...EXAMPLE_CONNECTION,
    audience: 'https://api.example.com/',
    scope: 'openid profile',
    details: { ...EXAMPLE_TRANSACTION, code: 'J7kXXXXX' },
  },
}
