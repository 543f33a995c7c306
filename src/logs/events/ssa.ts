/** The event `ssa` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_ENVELOPE,
  EXAMPLE_USER,
  ORGANIZATION,
  TRANSACTION,
  USER,
} from './fields.ts'

export const ssa: LogEventType = {
  type: 'ssa',
  category: 'auth.silent_auth.success',
  description: 'Successful silent authentication',
  doc: 'A session answered an authorization request without showing a page.',
  required: [...CLIENT, 'ip', 'hostname', 'user_id'],
  optional: [
    ...USER,
    ...CONNECTION,
    ...ORGANIZATION,
    ...TRANSACTION,
    'session_connection',
    'details.initiatedAt',
    'details.completedAt',
    'details.elapsedTime',
    'details.prompts',
    'details.actions',
    'details.riskAssessment',
    'details.session',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'ssa',
    description: 'Successful silent authentication',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    session_connection: 'Username-Password-Authentication',
    details: { session_id: 'qWb0Xy3tTgJ6nE2uRkZpVd5m' },
  },
}
