/** The event `f` of the tenant log. */

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

export const f: LogEventType = {
  type: 'f',
  category: 'auth.login.fail',
  description: 'Login failed',
  doc: 'A login failed for a reason other than a wrong password or an unknown user.',
  isRefusal: true,
  required: ['ip', 'hostname', 'details.error'],
  optional: [
    ...CLIENT,
    ...USER,
    ...CONNECTION,
    ...ORGANIZATION,
    ...TRANSACTION,
    'audience',
    'scope',
    'details.grant_type',
    'details.qs',
    'details.stats',
    'details.actions',
    'details.riskAssessment',
    'details.session',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'f',
    description: 'Login failed',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    ...EXAMPLE_CONNECTION,
    details: { ...EXAMPLE_TRANSACTION, error: { message: 'The user is blocked.', oauthError: 'unauthorized' } },
  },
}
