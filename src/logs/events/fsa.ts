/** The event `fsa` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import { CLIENT, CONNECTION, EXAMPLE_CLIENT, EXAMPLE_ENVELOPE, ORGANIZATION, TRANSACTION, USER } from './fields.ts'

export const fsa: LogEventType = {
  type: 'fsa',
  category: 'auth.silent_auth.fail',
  description: 'Login required',
  doc: 'An authorization request with prompt=none could not be answered without a page.',
  isRefusal: true,
  required: [...CLIENT, 'ip', 'hostname'],
  optional: [
    ...USER,
    ...CONNECTION,
    ...ORGANIZATION,
    ...TRANSACTION,
    'audience',
    'scope',
    'details.error',
    'details.actions',
    'details.session',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'fsa',
    description: 'Login required',
    ...EXAMPLE_CLIENT,
    audience: 'https://api.example.com/',
    details: { error: { message: 'Login required', oauthError: 'login_required' } },
  },
}
