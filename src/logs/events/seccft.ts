/** The event `seccft` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, CONNECTION, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE, ORGANIZATION } from './fields.ts'

export const seccft: LogEventType = {
  type: 'seccft',
  category: 'auth.token_exchange.success',
  description: 'Client Credentials for Access Token',
  doc: 'A client exchanged its own credentials for an access token.',
  required: [...CLIENT, 'ip', 'hostname', 'audience'],
  optional: [
    'user_id',
    'user_name',
    'scope',
    ...CONNECTION,
    ...ORGANIZATION,
    'details.access_token_jti',
    'details.actions',
    'details.requested_client_id',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'seccft',
    description: 'Client Credentials for Access Token',
    ...EXAMPLE_CLIENT,
    user_id: '',
    user_name: '',
    audience: 'https://login.example.com/api/v2/',
    scope: 'read:logs read:experiments',
    details: { access_token_jti: 'Yb3dQmNw0sVxKtLe' },
  },
}
