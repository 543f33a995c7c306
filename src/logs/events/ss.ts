/** The event `ss` of the tenant log. */

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

export const ss: LogEventType = {
  type: 'ss',
  category: 'auth.signup.success',
  description: 'Successful signup',
  doc: 'A user signed up.',
  required: [...CLIENT, 'ip', 'strategy', 'strategy_type', 'user_id'],
  optional: [
    ...USER,
    ...CONNECTION,
    ...ORGANIZATION,
    ...TRANSACTION,
    'details.body',
    'details.initiatedAt',
    'details.completedAt',
    'details.elapsedTime',
    'details.prompts',
    'details.actions',
    'details.riskAssessment',
    'details.session',
    'details.authentication_methods',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 'ss',
    description: 'Successful signup',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    ...EXAMPLE_CONNECTION,
    details: {
      ...EXAMPLE_TRANSACTION,
      authentication_methods: ['pwd'],
      body: {
        connection: 'Username-Password-Authentication',
        email: 'ada@example.com',
        password: '*****',
        tenant: 'dev',
      },
    },
  },
}
