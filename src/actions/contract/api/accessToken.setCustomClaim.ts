/** api.accessToken.setCustomClaim: one more claim in the access token. */

import { json, text } from './kind.ts'
import { argument, method, option } from './method.ts'
import { isRestrictedClaim } from './restricted-claims.ts'

export const accessTokenSetCustomClaim = method({
  path: 'accessToken.setCustomClaim',
  doc: 'Adds a claim to the access token. Names that the protocol or the server uses are ignored; prefer a URL of your own.',
  triggers: ['post-login'],
  parameters: [
    argument('name', text(1024), 'Name of the claim, such as https://example.com/plan.'),
    option('value', json, 'Value of the claim; undefined adds nothing.'),
  ],
  returns: 'api',
  effects: ([name, value]) =>
    value === undefined || isRestrictedClaim(name) ? [] : [{ kind: 'access_token_claim', name, value }],
})
