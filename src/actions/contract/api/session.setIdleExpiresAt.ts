/** api.session.setIdleExpiresAt: an unused session ends no later than this. */

import { positive } from './kind.ts'
import { argument, method } from './method.ts'

export const sessionSetIdleExpiresAt = method({
  path: 'session.setIdleExpiresAt',
  doc: 'Ends the session at this time unless it is used before.',
  triggers: ['post-login'],
  parameters: [argument('time', positive, 'Milliseconds since 1970; of several calls the earliest time counts.')],
  returns: 'void',
  effects: ([time]) => [{ kind: 'session_idle_expiry', idle_expires_at: time }],
})
