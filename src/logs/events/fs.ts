/** The event `fs` of the tenant log. */

import type { LogEventType } from './event-type.ts'
import {
  CLIENT,
  CONNECTION,
  EXAMPLE_CLIENT,
  EXAMPLE_CONNECTION,
  EXAMPLE_ENVELOPE,
  EXAMPLE_TRANSACTION,
  TRANSACTION,
  USER,
} from './fields.ts'

export const fs: LogEventType = {
  type: 'fs',
  category: 'auth.signup.fail',
  description: 'Signup failed',
  doc: 'A sign-up was refused.',
  isRefusal: true,
  required: [...CLIENT, 'ip', 'strategy', 'strategy_type'],
  optional: [
    ...USER,
    ...CONNECTION,
    ...TRANSACTION,
    'details.error',
    'details.grant_type',
    'details.body',
    'details.actions',
    'details.riskAssessment',
    'details.session',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'fs',
    description: 'Signup failed',
    ...EXAMPLE_CLIENT,
    user_name: 'ada@example.com',
    ...EXAMPLE_CONNECTION,
    details: { ...EXAMPLE_TRANSACTION, error: { message: 'The user already exists.' } },
  },
}
