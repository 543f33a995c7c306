/** The event `sertft` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_CONNECTION,
  EXAMPLE_ENVELOPE,
  EXAMPLE_USER,
  ORGANIZATION,
  TRANSACTION,
  USER,
} from './fields.ts'

export const sertft: LogEventType = {
  type: 'sertft',
  category: 'auth.token_exchange.success',
  description: 'Refresh Token for Access Token',
  doc: 'A refresh token was exchanged for tokens.',
  required: [...CLIENT, 'ip', 'hostname', 'user_id'],
  optional: [
    ...USER,
    ...CONNECTION,
    ...ORGANIZATION,
    ...TRANSACTION,
    'audience',
    'scope',
    'details.access_token_jti',
    'details.actions',
    'details.familyId',
    'details.tokenCounter',
    'details.refresh_token',
    'details.policy_used',
    'details.requested_audience',
    'details.requested_scope',
    'details.requested_client_id',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'sertft',
    description: 'Refresh Token for Access Token',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    ...EXAMPLE_CONNECTION,
    audience: 'https://api.example.com/',
    scope: 'openid offline_access',
    details: { session_id: 'qWb0Xy3tTgJ6nE2uRkZpVd5m', tokenCounter: 2 },
  },
}
