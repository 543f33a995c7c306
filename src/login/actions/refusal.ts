/** How a login that its Actions refuse, or that they fail, reaches the application. */

import type { Effect } from '../../actions/contract/effects.ts'
import type { StepOutcome } from '../pipeline/step.ts'

type Ending = Extract<Effect, { readonly ends: true }>

export const deny = (error: string, description: string): StepOutcome => ({ kind: 'deny', error, description })

/** What went wrong inside an Action is the tenant's to read, in the log; the application learns that it did. */
export const ACTION_FAILED = deny(
  'access_denied',
  'The login could not be completed because an Action of this tenant failed.',
)

/** A page is needed and no user is there to see it (OpenID Connect Core 1.0 section 3.1.2.6). */
export const INTERACTION_REQUIRED = deny('interaction_required', 'An Action has to send the user to a page.')

/** A refresh token that was ended is told apart as RFC 6749 section 5.2 does, so that applications forget it. */
const REFUSALS: {
  readonly [Kind in Ending['kind']]: (effect: Extract<Ending, { readonly kind: Kind }>) => StepOutcome
} = {
  access_denied: ({ reason }) => deny('access_denied', reason),
  validation_failed: ({ message }) => deny('invalid_request', message),
  session_revoked: ({ reason }) => deny('access_denied', reason),
  refresh_token_revoked: ({ reason }) => deny('invalid_grant', reason),
}

export const refusalOf = (effect: Ending): StepOutcome => {
  // The entry of a kind takes the effects of that kind; the compiler cannot follow the pair through the index.
  const toOutcome = REFUSALS[effect.kind] as (effect: Ending) => StepOutcome
  return toOutcome(effect)
}
