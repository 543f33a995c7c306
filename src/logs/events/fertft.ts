/** The event `fertft` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, CONNECTION, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE, TRANSACTION, USER } from './fields.ts'

export const fertft: LogEventType = {
  type: 'fertft',
  category: 'auth.token_exchange.fail',
  description: 'Unknown or invalid refresh token.',
  doc: 'A refresh token could not be exchanged.',
  isRefusal: true,
  required: ['ip', 'hostname'],
  optional: [
    ...CLIENT,
    ...USER,
    ...CONNECTION,
    ...TRANSACTION,
    'audience',
    'scope',
    'details.error',
    'details.failure_reason',
    'details.familyId',
    'details.tokenCounter',
    'details.actions',
    'details.policy_used',
    'details.refresh_token',
    'details.requested_client_id',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'fertft',
    description: 'Unknown or invalid refresh token.',
    ...EXAMPLE_CLIENT,
    details: {
      failure_reason: 'invalid_token',
      error: { message: 'Unknown or invalid refresh token.', oauthError: 'invalid_grant' },
    },
  },
}
