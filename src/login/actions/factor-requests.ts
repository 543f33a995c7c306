/** What Actions ask of second factors, in the words of the steps that ask for them. */

import type { Effect } from '../../actions/contract/effects.ts'
import type { MultiFactorDemandOf } from '../factors/multi-factor.ts'
import type { FactorDemand } from '../factors/request-factors.ts'

export type FactorEffect = Extract<Effect, { readonly kind: 'challenge' | 'enrollment' }>

/** `api.multifactor.enable`: the last word of the login's Actions. */
export const multiFactorDemandOf: MultiFactorDemandOf = async ({ exchange }) => exchange.plan.multiFactor

/** `api.authentication.challengeWith`, `enrollWith` and their kin. */
export const toFactorDemand = ({ kind, choose, factors }: FactorEffect): FactorDemand => ({
  purpose: kind,
  choose,
  factors: factors.map(({ type }) => type),
})
