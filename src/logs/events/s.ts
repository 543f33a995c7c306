/** The event `s` of the tenant log. */

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

export const s: LogEventType = {
  type: 's',
  category: 'auth.login.success',
  description: 'Successful login',
  doc: 'A user logged in; also written when a single sign-on session answered with the login page.',
  required: [...CLIENT, 'ip', 'hostname', 'strategy', 'strategy_type', 'user_id'],
  optional: [
    ...USER,
    ...CONNECTION,
    ...ORGANIZATION,
    ...TRANSACTION,
    'details.initiatedAt',
    'details.completedAt',
    'details.elapsedTime',
    'details.prompts',
    'details.stats',
    'details.riskAssessment',
    'details.actions',
    'details.session',
    'details.authentication_methods',
  ],
  example: {
    ...EXAMPLE_ENVELOPE,
    type: 's',
    description: 'Successful login',
    ...EXAMPLE_CLIENT,
    ...EXAMPLE_USER,
    ...EXAMPLE_CONNECTION,
    details: {
      ...EXAMPLE_TRANSACTION,
      initiatedAt: 1_795_254_305_102,
      completedAt: 1_795_254_312_345,
      elapsedTime: 7_243,
      prompts: [
        {
          name: 'prompt-authenticate',
          connection: 'Username-Password-Authentication',
          connection_id: 'con_8yTqVnWs3KcLhX5RgJbZ2d',
          strategy: 'auth0',
          identity: '65f1c0ffee0ddba11cafe001',
          stats: { loginsCount: 3 },
          completedAt: 1_795_254_312_201,
        },
        {
          name: 'login',
          flow: 'universal-login',
          initiatedAt: 1_795_254_305_102,
          completedAt: 1_795_254_312_345,
          elapsedTime: 7_243,
          timers: { rules: 0 },
          user_id: 'auth0|65f1c0ffee0ddba11cafe001',
          user_name: 'ada@example.com',
        },
      ],
      stats: { loginsCount: 3 },
    },
  },
}
