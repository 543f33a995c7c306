/** The event `fpar` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE, ORGANIZATION, USER } from './fields.ts'

export const fpar: LogEventType = {
  type: 'fpar',
  category: 'other',
  description: 'Pushed authorization request refused',
  doc: 'A client pushed an authorization request that it could not make (RFC 9126).',
  isRefusal: true,
  required: ['ip', 'hostname', 'details.error'],
  optional: [...CLIENT, ...USER, ...ORGANIZATION, 'audience', 'scope'],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'fpar',
    description: 'Pushed authorization request refused',
    ...EXAMPLE_CLIENT,
    details: { error: { message: 'missing required parameter response_type', oauthError: 'invalid_request' } },
  },
}
