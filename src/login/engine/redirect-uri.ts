/** A code is redeemed with the callback that its authorization request named (RFC 6749 section 4.1.3). */

import { type AuthorizationCode, errors, Provider } from 'oidc-provider'
import { IMPLIED_REDIRECT_URI } from './authorize-parameters.ts'
import { alsoStored } from './carry-plan.ts'
import { paramOf } from './engine-context.ts'

/** The member of a code whose request named no callback. */
const IMPLIED = 'impliedRedirectUri'

/**
 * Lets the engine fill in the only callback of a client where the authorization request had none either, and nowhere
 * else: a `redirect_uri` that was sent must be sent again, or a code that was led to another page could be redeemed.
 */
export const requireRedirectUri = (provider: Provider): void => {
  const model = provider.AuthorizationCode
  alsoStored(model, IMPLIED)
  const { find } = model
  const { save } = model.prototype
  model.prototype.save = function (this: AuthorizationCode, ...time): Promise<string> {
    if (Provider.ctx && paramOf(Provider.ctx, IMPLIED_REDIRECT_URI)) Reflect.set(this, IMPLIED, true)
    return save.apply(this, time)
  }
  Object.assign(model, {
    async find(...key: Parameters<typeof find>) {
      const code = await find.apply(model, key)
      const context = Provider.ctx
      // The parameter has been filled in by now; the body says what was sent.
      const isSent = context?.oidc.route !== 'token' || Boolean(context.oidc.body?.redirect_uri)
      if (code instanceof model && !isSent && !Reflect.get(code, IMPLIED)) {
        throw new errors.InvalidRequest('missing required parameter redirect_uri')
      }
      return code
    },
  })
}
