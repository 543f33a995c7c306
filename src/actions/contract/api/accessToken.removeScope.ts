/** api.accessToken.removeScope: one scope less in the access token. */

import { text } from './kind.ts'
import { argument, method } from './method.ts'

export const accessTokenRemoveScope = method({
  path: 'accessToken.removeScope',
  doc: 'Takes a scope out of the access token.',
  triggers: ['post-login'],
  parameters: [argument('scope', text(280), 'One scope, without spaces.')],
  returns: 'api',
  effects: ([scope]) => [{ kind: 'scope_removed', scope }],
})
