/** api.refreshToken.revoke: the refresh token ends, and the exchange with it. */

import { anyText } from './kind.ts'
import { argument, method } from './method.ts'

export const refreshTokenRevoke = method({
  path: 'refreshToken.revoke',
  doc: 'Ends the refresh token and refuses the exchange. Only when event.transaction.protocol is oauth2-refresh-token.',
  triggers: ['post-login'],
  parameters: [argument('reason', anyText(1024), 'Why; it may reach the application.')],
  returns: 'void',
  answer: (call, [reason]) => {
    const transaction = call.event.transaction
    const protocol: unknown = typeof transaction === 'object' && transaction ? Reflect.get(transaction, 'protocol') : ''
    if (protocol !== 'oauth2-refresh-token') {
      throw new TypeError('api.refreshToken.revoke: there is no refresh token exchange under way')
    }
    call.record([reason])
  },
  effects: ([reason]) => [{ kind: 'refresh_token_revoked', ends: true, reason }],
})
