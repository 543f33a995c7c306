/** api.session.setCookieMode: whether the browser keeps the session when it is closed. */

import { oneOf } from './kind.ts'
import { argument, method } from './method.ts'

export const sessionSetCookieMode = method({
  path: 'session.setCookieMode',
  doc: 'Decides whether the session cookie outlives the browser. The last call counts.',
  triggers: ['post-login'],
  parameters: [argument('mode', oneOf('persistent', 'non-persistent'), 'Whether the cookie has an expiry.')],
  returns: 'void',
  effects: ([mode]) => [{ kind: 'session_cookie_mode', mode }],
})
