/** What an author's editor must accept and refuse; compiled, never run. */

import type { PostLoginHandler } from './post-login.d.ts'
import type { PostUserRegistrationHandler } from './post-user-registration.d.ts'
import type { PreUserRegistrationHandler } from './pre-user-registration.d.ts'

export const accepted: PostLoginHandler = async (event, api) => {
  const { experiment } = event
  if (!experiment) return
  if (experiment.config.require_mfa?.value === true) api.multifactor.enable('any', { allowRememberBrowser: false })
  api.idToken.setCustomClaim('https://example.com/a', { id: experiment.variation_id }).access.deny('no')
  api.authentication.challengeWith({ type: 'otp' }, { additionalFactors: [{ type: 'phone' }] })
  const token = api.redirect.encodeToken({ secret: event.secrets.KEY ?? '', payload: { a: 1 } })
  api.redirect.sendUserTo('https://example.com', { query: { session_token: token } })
  const cached = api.cache.set('a', 'b', { ttl: 1000 })
  api.transaction.setMetadata('a', cached.type === 'success' ? cached.record.value : null)
}

export const refused: PostLoginHandler = async (event, api) => {
  // @ts-expect-error the experiment can be null
  event.experiment.variation_id
  // @ts-expect-error there is no such provider
  api.multifactor.enable('sms')
  // @ts-expect-error a reason is missing
  api.access.deny()
  // @ts-expect-error metadata of a transaction is flat
  api.transaction.setMetadata('a', {})
  // @ts-expect-error a factor has a type
  api.authentication.enrollWithAny([{}])
}

export const registration: PreUserRegistrationHandler = async (event, api) => {
  api.user.setUserMetadata('a', event.user.email)
  // @ts-expect-error a user that is being created has no id
  event.user.user_id
  // @ts-expect-error tokens belong to logins
  api.idToken
}

export const registered: PostUserRegistrationHandler = async (event, api) => {
  api.cache.get(event.user.user_id)
  // @ts-expect-error it is too late to refuse
  api.access
}
