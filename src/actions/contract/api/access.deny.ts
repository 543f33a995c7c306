/** api.access.deny: the login or the sign-up is refused when this Action has ended. */

import { anyText } from './kind.ts'
import { argument, method, option } from './method.ts'

export const accessDeny = method({
  path: 'access.deny',
  doc: 'Refuses the login or the sign-up. Later Actions do not run; metadata that was set still applies.',
  triggers: ['post-login', 'pre-user-registration'],
  parameters: [
    argument(
      'reason',
      anyText(1024),
      'Why. After post-login it reaches the application, before registration only the log.',
    ),
    option('userMessage', anyText(1024), 'Before registration: what the user may read.'),
  ],
  returns: 'api',
  effects: ([reason, userMessage]) => [
    { kind: 'access_denied', ends: true, reason, ...(userMessage ? { user_message: userMessage } : {}) },
  ],
})
