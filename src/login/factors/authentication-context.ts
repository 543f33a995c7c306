/** How a user was authenticated, as tokens (`acr`, `amr`) and Actions (`event.authentication.methods`) say it. */

import type { SessionMethod } from '../../store/logins/session-method-store.ts'

/** A login by a second factor, in the words of every Auth0 SDK (PAPE 1.0 section 4). */
export const MULTI_FACTOR_ACR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'

/** The name of the session method that a second factor leaves. */
export const MFA_METHOD = 'mfa'

/** `amr` of each first factor: `pwd` is RFC 8176's, `phr` the wire's word for a passkey. */
const FIRST_FACTORS = { pwd: 'pwd', phr: 'passkey' } as const

type FirstFactorAmr = keyof typeof FIRST_FACTORS

export const PASSKEY_AMR: FirstFactorAmr = 'phr'

export interface FirstFactor {
  /** Of the session: what the login page stored, or what `toTokenContext` made of it. */
  readonly amr: readonly string[]
  /** Of the login, in milliseconds since 1970. */
  readonly at: number
}

const firstFactorAmr = ({ amr }: FirstFactor): FirstFactorAmr => (amr.includes(PASSKEY_AMR) ? PASSKEY_AMR : 'pwd')

/** What an Action reads as `event.authentication.methods`. */
export const toAuthenticationMethods = (
  first: FirstFactor,
  others: readonly SessionMethod[],
): readonly { readonly name: string; readonly timestamp: string }[] => [
  { name: FIRST_FACTORS[firstFactorAmr(first)], timestamp: new Date(first.at).toISOString() },
  ...others.map(({ name, performedAt }) => ({ name, timestamp: performedAt.toISOString() })),
]

/** `acr` and `amr` of a login. An Action's own methods say nothing about either. */
export const toTokenContext = (
  first: FirstFactor,
  others: readonly SessionMethod[],
): { readonly amr: readonly string[]; readonly acr: string | undefined } => ({
  amr: [...new Set([firstFactorAmr(first), ...others.flatMap(({ amr }) => amr)])],
  acr: others.some(({ name }) => name === MFA_METHOD) ? MULTI_FACTOR_ACR : undefined,
})
