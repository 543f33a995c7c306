/** The step `multi_factor`. */

import { type AuthenticationMethod, listAuthenticationMethods } from '../../store/users/authentication-method-store.ts'
import { CONTINUE, type LoginUnderWay, type Step, type StepOutcome } from '../pipeline/step.ts'
import type { MultiFactorDemand } from '../transaction/login-plan.ts'
import { MFA_METHOD } from './authentication-context.ts'
import { enrolledFactors, FACTORS, type FactorName } from './kinds/index.ts'
import { factorsOfProvider } from './providers.ts'
import { isRemembered } from './remembered-browser.ts'
import { type FactorStepServices, findRequestOf, suspendForFactors } from './request-factors.ts'

/** Reads the demand of a login; undefined when no Action made one. It is asked again when the login is resumed. */
export type MultiFactorDemandOf = (login: LoginUnderWay) => Promise<MultiFactorDemand | undefined>

export const MULTI_FACTOR = 'multi_factor'

const REFRESH_WITHOUT_MFA: StepOutcome = {
  kind: 'deny',
  error: 'mfa_required',
  description: 'Multifactor authentication required',
}

/** Milliseconds since 1970; 0 for a factor that was never used since it was set up. */
const lastUsed = (methods: readonly AuthenticationMethod[], name: FactorName): number =>
  Math.max(
    0,
    ...methods
      .filter(({ type }) => type === FACTORS[name].methodType)
      .map(({ lastAuthAt }) => lastAuthAt?.getTime() ?? 0),
  )

/** Those that the user has, the last used first. Without one of the provider's, another one proves as much. */
const challengeFactors = (methods: readonly AuthenticationMethod[], allowed: readonly FactorName[]): FactorName[] => {
  const enrolled = enrolledFactors(methods)
  const usable = enrolled.filter(name => allowed.includes(name))
  return (usable.length > 0 ? usable : enrolled).toSorted((a, b) => lastUsed(methods, b) - lastUsed(methods, a))
}

/** A refresh token is as good as the login that it comes from. */
const judgeRefresh = ({ amr, facts }: LoginUnderWay, { allowRememberBrowser }: MultiFactorDemand): StepOutcome => {
  const isSpared = allowRememberBrowser && facts().refreshToken?.isOfRememberedBrowser
  return isSpared || amr?.includes(MFA_METHOD) ? CONTINUE : REFRESH_WITHOUT_MFA
}

const isSpared = (
  { exchange, user }: LoginUnderWay,
  methods: readonly AuthenticationMethod[],
  now: number,
): boolean => {
  const subject = { userId: user.userId, methodIds: methods.map(({ id }) => id), now }
  return isRemembered(exchange.cookie('remembered'), subject, exchange.keys.rememberedBrowser)
}

export const multiFactor = (services: FactorStepServices, demandOf: MultiFactorDemandOf): Step => ({
  name: MULTI_FACTOR,
  doc: 'A login for which an Action demands a second factor proves one, or sets one up; a refresh must come from such a login.',
  kinds: ['interactive', 'session', 'silent', 'refresh'],
  async run(login) {
    const demand = await demandOf(login)
    if (!demand || demand.provider === 'none') return CONTINUE
    if (login.kind === 'refresh') return judgeRefresh(login, demand)
    const request = await findRequestOf(services, login)
    if (request && request.proved.length > 0) return CONTINUE
    const methods = await listAuthenticationMethods(services.db, login.exchange.tenant.tenantId, login.user.userId)
    if (demand.allowRememberBrowser && isSpared(login, methods, services.clock())) {
      login.exchange.plan.tokens.refreshToken.rememberedBrowser = true
      return CONTINUE
    }
    const allowed = factorsOfProvider(demand.provider)
    const existing = challengeFactors(methods, allowed)
    return suspendForFactors(services, login, MULTI_FACTOR, {
      purpose: existing.length > 0 ? 'challenge' : 'enrollment',
      choose: existing.length > 0 ? 'first' : 'any',
      factors: existing.length > 0 ? existing : allowed.filter(name => name !== 'recovery-code'),
      offersRecoveryCode: allowed.includes('recovery-code'),
      allowsRememberedBrowser: demand.allowRememberBrowser,
    })
  },
})
