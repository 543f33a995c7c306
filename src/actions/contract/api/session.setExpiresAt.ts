/** api.session.setExpiresAt: the session ends no later than this. */

import { positive } from './kind.ts'
import { argument, method } from './method.ts'

export const sessionSetExpiresAt = method({
  path: 'session.setExpiresAt',
  doc: 'Ends the session at this time, if it would not end earlier.',
  triggers: ['post-login'],
  parameters: [argument('time', positive, 'Milliseconds since 1970; of several calls the earliest time counts.')],
  returns: 'void',
  effects: ([time]) => [{ kind: 'session_expiry', expires_at: time }],
})
