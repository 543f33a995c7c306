/** The step `post_login`: the tenant's Actions of that trigger. */

import type { PipelineOutcome } from '../../actions/contract/contract.ts'
import type { Effect } from '../../actions/contract/effects.ts'
import type { JsonObject } from '../../base/json.ts'
import { isPasskeyPage, noteOffer } from '../factors/passkey-offer.ts'
import { isRequestSettled, suspendForFactors } from '../factors/request-factors.ts'
import { CONTINUE, type Step, type StepOutcome } from '../pipeline/step.ts'
import { type FactorEffect, toFactorDemand } from './factor-requests.ts'
import {
  type Memory,
  memoryOf,
  POST_LOGIN,
  type PostLoginRun,
  type PostLoginServices,
  remember,
} from './post-login-run.ts'
import { ACTION_FAILED, INTERACTION_REQUIRED, refusalOf } from './refusal.ts'
import { runPostLogin } from './run-post-login.ts'
import type { TriggerOutcome } from './run-trigger.ts'
import { settleEffects } from './settle-effects.ts'

const withState = (url: string, state: string): string => {
  const target = new URL(url)
  target.searchParams.set('state', state)
  return target.href
}

/** Where the browser had been, without what the Action told that page about the user. */
const redirectPrompt = (address: string, at: number): JsonObject => {
  const { origin, pathname } = new URL(address)
  return { name: 'redirect', flow: 'redirect', url: `${origin}${pathname}`, completedAt: at }
}

/** What was asked for may have been proved in this login already: then the Actions go on at once. */
const waitForFactor = async (
  services: PostLoginServices,
  run: PostLoginRun,
  memory: Memory,
  effect: FactorEffect,
): Promise<StepOutcome> => {
  const outcome = await suspendForFactors(services, run.login, POST_LOGIN, toFactorDemand(effect))
  return outcome.kind === 'continue' ? advance(services, run, memory) : outcome
}

const suspend = async (services: PostLoginServices, run: PostLoginRun, memory: Memory): Promise<StepOutcome> => {
  const { login } = run
  remember(login, memory)
  const { awaits } = memory
  if (awaits.kind !== 'redirect') return waitForFactor(services, run, memory, awaits)
  if (isPasskeyPage(login.exchange.tenant, awaits.url)) noteOffer(login)
  return { kind: 'suspend', to: state => withState(awaits.url, state) }
}

type End<Kind extends PipelineOutcome['kind']> = (
  services: PostLoginServices,
  run: PostLoginRun,
  outcome: Extract<PipelineOutcome, { readonly kind: Kind }>,
  /** Of this run, and of those before it in the same login. */
  effects: readonly Effect[],
  ran: TriggerOutcome,
) => Promise<StepOutcome>

/** What each end of a run means for the login. */
const ENDS: { readonly [Kind in PipelineOutcome['kind']]: End<Kind> } = {
  completed: (services, run, _, effects) => settleEffects(services, run, effects),
  async denied(services, run, { effect }, effects) {
    const settled = await settleEffects(services, run, effects)
    if (effect.kind === 'validation_failed') run.login.exchange.plan.refusalCode = effect.code
    return settled.kind === 'deny' ? settled : refusalOf(effect)
  },
  suspended: (services, run, { resume, effect }, effects, { execution, transactionMetadata: metadata }) =>
    suspend(services, run, { resume, awaits: effect, execution, effects, metadata }),
  interaction_required: async () => INTERACTION_REQUIRED,
  failed: async () => ACTION_FAILED,
}

const advance = async (
  services: PostLoginServices,
  run: PostLoginRun,
  memory: Memory | undefined,
): Promise<StepOutcome> => {
  const ran = await runPostLogin(services, run, memory)
  // The entry of a kind takes the outcomes of that kind; the compiler cannot follow the pair through the index.
  const end = ENDS[ran.outcome.kind] as End<PipelineOutcome['kind']>
  return end(services, run, ran.outcome, [...(memory?.effects ?? []), ...ran.effects], ran)
}

const goOn = async (services: PostLoginServices, run: PostLoginRun, memory: Memory): Promise<StepOutcome> => {
  const { login, bound } = run
  const { awaits } = memory
  // The last Action was taken away meanwhile: nothing is left to run, and what was asked for still counts.
  if (bound.length === 0) return settleEffects(services, run, memory.effects)
  if (awaits.kind === 'redirect') {
    login.exchange.plan.prompts.push(redirectPrompt(awaits.url, services.clock()))
    return advance(services, run, memory)
  }
  if (await isRequestSettled(services, login, POST_LOGIN)) return advance(services, run, memory)
  return waitForFactor(services, run, memory, awaits)
}

export const postLogin = (services: PostLoginServices): Step => ({
  name: POST_LOGIN,
  doc: 'Every login runs the Actions that are bound to post-login: they may refuse it, ask for more, and change its tokens.',
  kinds: ['interactive', 'session', 'silent', 'refresh'],
  async run(login, resumed) {
    const { tenantId } = login.exchange.tenant
    const { 'post-login': bound } = await services.actions.bound.current(tenantId)
    const memory = resumed === undefined ? undefined : memoryOf(login)
    if (bound.length === 0 && !memory) return CONTINUE
    const run = { login, facts: login.facts(), bound, resumed }
    return memory ? goOn(services, run, memory) : advance(services, run, undefined)
  },
})
