/** What a login that waits for second factors needs next. */

import type { Flow } from '../../decision/snapshot/flow.ts'
import { relyingPartyOf } from '../../model/relying-party.ts'
import type { FactorRequest } from '../../store/logins/factor-request-store.ts'
import type { AuthenticationMethod } from '../../store/users/authentication-method-store.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { enrolledFactors, FACTOR_NAMES, FACTORS, type FactorName, factorOf, isFactorName } from './kinds/index.ts'

export type Stage =
  /** One of these has to be proved; there is at least one. */
  | { readonly kind: 'challenge'; readonly factors: readonly FactorName[] }
  /** One of these has to be set up; there is at least one. */
  | { readonly kind: 'enrollment'; readonly factors: readonly FactorName[] }
  /** The user needs a recovery code for next time. */
  | { readonly kind: 'recovery-code' }
  | { readonly kind: 'passkey' }
  | { readonly kind: 'settled' }
  /** Nothing that the user has will do here. */
  | { readonly kind: 'impossible' }

/** What a stage depends on of a request. */
export type StageRequest = Pick<
  FactorRequest,
  'purpose' | 'factors' | 'proved' | 'enrolled' | 'offersRecoveryCode' | 'settledAt'
>

/** The factors that work at the tenant's address. */
export const availableFactors = (tenant: Tenant): readonly FactorName[] => {
  const hasWebauthn = relyingPartyOf(tenant) !== undefined
  return FACTOR_NAMES.filter(name => hasWebauthn || !FACTORS[name].isWebauthn)
}

/** The fallbacks last, so that no user is asked for them first. */
const fallbacksLast = (factors: readonly FactorName[]): readonly FactorName[] =>
  factors.toSorted((a, b) => Number(factorOf(a).isFallback) - Number(factorOf(b).isFallback))

const challenge = (factors: readonly FactorName[]): Stage =>
  factors.length > 0 ? { kind: 'challenge', factors: fallbacksLast(factors) } : { kind: 'impossible' }

/** What still has to be proved or set up. */
const openStage = (
  { purpose, proved, enrolled: added, factors }: StageRequest,
  enrolled: readonly FactorName[],
  available: readonly FactorName[],
): Stage | undefined => {
  const asked = factors.filter(isFactorName).filter(name => available.includes(name))
  if (purpose === 'challenge') {
    if (asked.some(name => proved.includes(name))) return undefined
    return challenge(asked.filter(name => enrolled.includes(name)))
  }
  // A user who knows only the password must not add a factor, or a passkey, to an account that has a second factor.
  if (proved.length === 0 && enrolled.length > 0) return challenge(enrolled.filter(name => available.includes(name)))
  if (purpose === 'passkey' || added.length > 0) return undefined
  const offered = asked.filter(name => !enrolled.includes(name))
  return offered.length > 0 ? { kind: 'enrollment', factors: fallbacksLast(offered) } : undefined
}

/**
 * The stage of a request. Pages show themselves only in their own stage, so that no order of visits gets around one.
 *
 * @param methods the user's, as they are now
 */
export const stageOf = (
  request: StageRequest,
  methods: readonly AuthenticationMethod[],
  available: readonly FactorName[],
): Stage => {
  if (request.settledAt) return { kind: 'settled' }
  const enrolled = enrolledFactors(methods)
  const open = openStage(request, enrolled, available)
  if (open) return open
  const isUsedUp = request.proved.includes('recovery-code')
  if ((request.offersRecoveryCode || isUsedUp) && !enrolled.includes('recovery-code')) return { kind: 'recovery-code' }
  return { kind: request.purpose === 'passkey' ? 'passkey' : 'settled' }
}

const FLOWS: { readonly [Kind in Stage['kind']]?: Flow } = {
  challenge: 'mfa_challenge',
  enrollment: 'mfa_enrollment',
  'recovery-code': 'mfa_enrollment',
  passkey: 'passkey_enrollment',
}

/** The authentication flow that a stage is part of; undefined when the browser is in none of them any more. */
export const stageFlow = ({ kind }: Stage): Flow | undefined => FLOWS[kind]

export const PASSKEY_PATH = '/u/passkey-enrollment'
export const LOGIN_OPTIONS_PATH = '/u/mfa-login-options'
export const ENROLL_OPTIONS_PATH = '/u/mfa-begin-enroll-options'

/** Who has to prove something before something else is set up is shown the most likely factor, not a list. */
const showsList = (stage: Stage, { purpose, choose }: Pick<FactorRequest, 'purpose' | 'choose'>): boolean =>
  choose === 'any' && (stage.kind === 'enrollment' || purpose === 'challenge')

/** The page of a stage; undefined when there is none. */
export const stagePath = (stage: Stage, request: Pick<FactorRequest, 'purpose' | 'choose'>): string | undefined => {
  switch (stage.kind) {
    case 'challenge':
    case 'enrollment': {
      const [first, ...others] = stage.factors
      if (others.length > 0 && showsList(stage, request)) {
        return stage.kind === 'challenge' ? LOGIN_OPTIONS_PATH : ENROLL_OPTIONS_PATH
      }
      const factor = first && factorOf(first)
      return stage.kind === 'challenge' ? factor?.challengePath : factor?.enrollmentPath
    }
    case 'recovery-code':
      return FACTORS['recovery-code'].enrollmentPath
    case 'passkey':
      return PASSKEY_PATH
    case 'settled':
    case 'impossible':
      return undefined
    default:
      return stage satisfies never
  }
}
