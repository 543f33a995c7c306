/** api.refreshToken.setExpiresAt: the refresh token ends no later than this. */

import { positive } from './kind.ts'
import { argument, method } from './method.ts'

export const refreshTokenSetExpiresAt = method({
  path: 'refreshToken.setExpiresAt',
  doc: 'Ends the refresh token at this time, if it would not end earlier.',
  triggers: ['post-login'],
  parameters: [argument('time', positive, 'Milliseconds since 1970; of several calls the earliest time counts.')],
  returns: 'void',
  effects: ([time]) => [{ kind: 'refresh_token_expiry', expires_at: time }],
})
