/** api.session.revoke: the session ends, and the login with it. */

import { anyText, flag, optional, record } from './kind.ts'
import { argument, method, option } from './method.ts'

export const sessionRevoke = method({
  path: 'session.revoke',
  doc: 'Ends the session and refuses the login. Later Actions do not run.',
  triggers: ['post-login'],
  parameters: [
    argument('reason', anyText(1024), 'Why; it may reach the application.'),
    option(
      'options',
      record({ preserveRefreshTokens: optional(flag, 'Keeps the refresh tokens of the session; default false.') }),
      'What is kept.',
    ),
  ],
  returns: 'void',
  effects: ([reason, options]) => [
    {
      kind: 'session_revoked',
      ends: true,
      reason,
      preserve_refresh_tokens: options?.preserveRefreshTokens ?? false,
    },
  ],
})
