/** api.accessToken.addScope: one scope more in the access token. */

import { text } from './kind.ts'
import { argument, method } from './method.ts'

export const accessTokenAddScope = method({
  path: 'accessToken.addScope',
  doc: 'Adds a scope to the access token.',
  triggers: ['post-login'],
  parameters: [argument('scope', text(280), 'One scope, without spaces.')],
  returns: 'api',
  effects: ([scope]) => [{ kind: 'scope_added', scope }],
})
