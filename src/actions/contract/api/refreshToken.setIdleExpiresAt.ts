/** api.refreshToken.setIdleExpiresAt: an unused refresh token ends no later than this. */

import { positive } from './kind.ts'
import { argument, method } from './method.ts'

export const refreshTokenSetIdleExpiresAt = method({
  path: 'refreshToken.setIdleExpiresAt',
  doc: 'Ends the refresh token at this time unless it is used before.',
  triggers: ['post-login'],
  parameters: [argument('time', positive, 'Milliseconds since 1970; of several calls the earliest time counts.')],
  returns: 'void',
  effects: ([time]) => [{ kind: 'refresh_token_idle_expiry', idle_expires_at: time }],
})
