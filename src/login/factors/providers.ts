/** Providers of second factors, as `api.multifactor.enable` and `event.user.multifactor` name them. */

import type { AuthenticationMethod } from '../../store/users/authentication-method-store.ts'
import { enrolledFactors, FACTOR_NAMES, type FactorName, factorOf } from './kinds/index.ts'

/** The factors of each provider; another one has none here, so a login that demands it fails. */
const PROVIDERS: Readonly<Record<string, readonly FactorName[]>> = {
  guardian: FACTOR_NAMES,
  'google-authenticator': ['otp', 'recovery-code'],
}

/** @param provider the wire's word; `any` is all that there are */
export const factorsOfProvider = (provider: string): readonly FactorName[] =>
  provider === 'any' ? FACTOR_NAMES : Object.hasOwn(PROVIDERS, provider) ? (PROVIDERS[provider] ?? []) : []

/** The providers that could challenge the user now. A fallback alone is no way to be challenged. */
export const enrolledProviders = (methods: readonly AuthenticationMethod[]): readonly string[] => {
  const enrolled = enrolledFactors(methods).filter(name => !factorOf(name).isFallback)
  return Object.keys(PROVIDERS).filter(provider => PROVIDERS[provider]?.some(name => enrolled.includes(name)))
}
