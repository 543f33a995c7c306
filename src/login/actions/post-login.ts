/** The step `post_login`: the tenant's Actions of that trigger. */

import type { PipelineOutcome, Resume, TransactionMetadata } from '../../actions/contract.ts'
import type { Effect } from '../../actions/effects.ts'
import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { listSessionMethods, saveSessionMethod } from '../../store/session-method-store.ts'
import { changeUserMetadata } from '../../store/user-store.ts'
import { DATABASE_CONNECTION, type Directory } from '../directory.ts'
import { isRequestSettled, suspendForFactors } from '../factors/request-factors.ts'
import type { LoginDeps } from '../login-deps.ts'
import { LIFETIME } from '../oidc/lifetimes.ts'
import type { LoginFacts } from '../pipeline/login-facts.ts'
import { CONTINUE, type LoginUnderWay, type Step, type StepOutcome } from '../pipeline/step.ts'
import { applyEffects, createEffectTarget, type EffectTarget } from './apply-effects.ts'
import type { BoundActionOfTenant } from './bound-actions.ts'
import { postLoginEvent } from './event/post-login-event.ts'
import type { RequestFields } from './event/request-part.ts'
import { type FactorEffect, toFactorDemand } from './factor-requests.ts'
import type { LoginActions } from './login-actions.ts'
import type { BegunExecution, RunTrigger, TriggerOutcome } from './run-trigger.ts'

export const POST_LOGIN = 'post_login'

export interface PostLoginDeps extends Pick<LoginDeps, 'db' | 'volatileDb' | 'clock'> {
  readonly actions: LoginActions
  readonly directory: Directory
  readonly runTrigger: RunTrigger
}

/** What the step keeps while its login is suspended. */
interface Memory {
  readonly resume: Resume
  /** What brought the suspension about. */
  readonly awaits: Extract<Effect, { readonly suspends: true }>
  readonly execution: BegunExecution
  /** Asked for so far: applied when the last Action is done. */
  readonly effects: readonly Effect[]
  readonly metadata: TransactionMetadata
}

const FAILED: StepOutcome = {
  kind: 'deny',
  error: 'access_denied',
  description: 'The login could not be completed because an Action of this tenant failed.',
}

const deny = (error: string, description: string): StepOutcome => ({ kind: 'deny', error, description })

type Ending = Extract<Effect, { readonly ends: true }>

/** How each refusal reaches the application. */
const REFUSALS: {
  readonly [Kind in Ending['kind']]: (effect: Extract<Ending, { readonly kind: Kind }>) => StepOutcome
} = {
  access_denied: ({ reason }) => deny('access_denied', reason),
  validation_failed: ({ message }) => deny('invalid_request', message),
  session_revoked: ({ reason }) => deny('access_denied', reason),
  refresh_token_revoked: ({ reason }) => deny('invalid_grant', reason),
}

const refusal = (effect: Ending): StepOutcome => {
  // The entry of a kind takes the effects of that kind; the compiler cannot follow the pair through the index.
  const toOutcome = REFUSALS[effect.kind] as (effect: Ending) => StepOutcome
  return toOutcome(effect)
}

const memoryOf = ({ exchange }: LoginUnderWay): Memory | undefined =>
  exchange.plan.memory[POST_LOGIN] as unknown as Memory | undefined // written by `remember` only

const remember = ({ exchange }: LoginUnderWay, memory: Memory | undefined): void => {
  if (memory)
    exchange.plan.memory[POST_LOGIN] = memory as unknown as Json // plain data throughout
  else delete exchange.plan.memory[POST_LOGIN]
}

/** The request by which the browser came back, as `/continue` handed it over. */
const resumingRequest = (resumed: Json | undefined): RequestFields | undefined =>
  isJsonObject(resumed) && isJsonObject(resumed.request)
    ? (resumed.request as unknown as RequestFields) // made by `continueLogin`
    : undefined

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

/** One login on its way through the step. */
interface Passage {
  readonly login: LoginUnderWay
  readonly facts: LoginFacts
  readonly bound: readonly BoundActionOfTenant[]
  readonly resumed: Json | undefined
}

export const postLogin = (deps: PostLoginDeps): Step => {
  const { db, clock, actions, directory, runTrigger } = deps

  const userConnection = async ({ exchange, user }: LoginUnderWay) => {
    const connection = await directory.connection(exchange.tenant.tenantId, DATABASE_CONNECTION)
    if (!connection || connection.id !== user.connectionId) throw new TypeError('a user belongs to no connection')
    return connection
  }

  const sessionKey = ({ exchange, sessionId, user }: LoginUnderWay) => ({
    tenantId: exchange.tenant.tenantId,
    sessionId,
    userId: user.userId,
  })

  const eventOf = async ({ login, facts, resumed }: Passage, metadata: TransactionMetadata) => {
    const { exchange } = login
    const [connection, client, methods] = await Promise.all([
      userConnection(login),
      directory.client(exchange.tenant.tenantId, login.client.id),
      listSessionMethods(db, sessionKey(login), new Date(facts.authenticatedAt)),
    ])
    if (!client) throw new TypeError('a login belongs to no client')
    const place = actions.placeOf(exchange)
    const resumedBy = resumingRequest(resumed)
    const event = postLoginEvent({ login, facts, client, connection, methods, place, resumedBy, metadata })
    return { event, connection }
  }

  const run = async (passage: Passage, memory: Memory | undefined): Promise<TriggerOutcome> => {
    const { login, facts, bound } = passage
    const { exchange, user, client, sessionId, kind } = login
    const { event, connection } = await eventOf(passage, memory?.metadata ?? {})
    const outcome = await runTrigger({
      trigger: 'post-login',
      actions: bound,
      event,
      occasion: { exchange, client, connection, user, transaction: exchange.transaction, sessionId },
      interactive: kind === 'interactive' || kind === 'session',
      continueFrom: memory?.resume,
      redirectState: memory?.awaits.kind === 'redirect' ? facts.resumedState : undefined,
      begun: memory?.execution,
    })
    const { executions } = exchange.plan
    if (!executions.includes(outcome.execution.id)) executions.push(outcome.execution.id)
    return outcome
  }

  const write = async ({ login, facts }: Passage, target: EffectTarget): Promise<void> => {
    const { exchange, user } = login
    const now = new Date(clock())
    const { userMetadata, appMetadata, recordedMethods } = target
    if (userMetadata.size + appMetadata.size > 0) {
      const changes = { user: userMetadata, app: appMetadata, at: now }
      await changeUserMetadata(db, exchange.tenant.tenantId, user.userId, changes)
    }
    const until = new Date(facts.authenticatedAt + LIFETIME.sessionAbsolute * 1000)
    for (const name of recordedMethods) {
      await saveSessionMethod(db, sessionKey(login), { name, amr: [], performedAt: now }, until)
    }
  }

  /** Applies everything that was asked for, once. */
  const settle = async (passage: Passage, effects: readonly Effect[]): Promise<StepOutcome> => {
    const { login } = passage
    remember(login, undefined)
    const target = createEffectTarget(login.exchange.plan)
    applyEffects(target, effects)
    if (target.primaryUserId !== undefined && target.primaryUserId !== login.user.userId) {
      return deny('access_denied', 'The user cannot be changed to one that it is not linked with.')
    }
    await write(passage, target)
    return CONTINUE
  }

  const suspend = (passage: Passage, memory: Memory): Promise<StepOutcome> | StepOutcome => {
    const { login } = passage
    remember(login, memory)
    const { awaits } = memory
    if (awaits.kind === 'redirect') return { kind: 'suspend', to: state => withState(awaits.url, state) }
    return waitForFactor(passage, memory, awaits)
  }

  const waitForFactor = async (passage: Passage, memory: Memory, effect: FactorEffect): Promise<StepOutcome> => {
    const outcome = await suspendForFactors(deps, passage.login, POST_LOGIN, toFactorDemand(effect))
    // What was asked for has been proved in this login already: the Actions go on at once.
    return outcome.kind === 'continue' ? advance(passage, memory) : outcome
  }

  const END: {
    readonly [Kind in PipelineOutcome['kind']]: (
      passage: Passage,
      outcome: Extract<PipelineOutcome, { readonly kind: Kind }>,
      run: TriggerOutcome,
      effects: readonly Effect[],
    ) => Promise<StepOutcome> | StepOutcome
  } = {
    completed: (passage, _, __, effects) => settle(passage, effects),
    async denied(passage, { effect }, _, effects) {
      const settled = await settle(passage, effects)
      return settled.kind === 'deny' ? settled : refusal(effect)
    },
    suspended: (passage, { resume, effect }, { execution, transactionMetadata: metadata }, effects) =>
      suspend(passage, { resume, awaits: effect, execution, effects, metadata }),
    interaction_required: () => deny('interaction_required', 'An Action has to send the user to a page.'),
    failed: () => FAILED,
  }

  const advance = async (passage: Passage, memory: Memory | undefined): Promise<StepOutcome> => {
    const ran = await run(passage, memory)
    const effects = [...(memory?.effects ?? []), ...ran.effects]
    // The entry of a kind takes the outcomes of that kind; the compiler cannot follow the pair through the index.
    const end = END[ran.outcome.kind] as (...end: unknown[]) => Promise<StepOutcome> | StepOutcome
    return end(passage, ran.outcome, ran, effects)
  }

  const resumeStep = async (passage: Passage, memory: Memory): Promise<StepOutcome> => {
    if (passage.bound.length === 0) return settle(passage, memory.effects)
    const { awaits } = memory
    if (awaits.kind === 'redirect') {
      passage.login.exchange.plan.prompts.push(redirectPrompt(awaits.url, clock()))
      return advance(passage, memory)
    }
    if (await isRequestSettled(deps, passage.login, POST_LOGIN)) return advance(passage, memory)
    return waitForFactor(passage, memory, awaits)
  }

  return {
    name: POST_LOGIN,
    doc: 'Every login runs the Actions that are bound to post-login: they may refuse it, ask for more, and change its tokens.',
    kinds: ['interactive', 'session', 'silent', 'refresh'],
    async run(login, resumed) {
      const bound = (await actions.bound.current(login.exchange.tenant.tenantId))['post-login']
      const memory = resumed === undefined ? undefined : memoryOf(login)
      if (bound.length === 0 && !memory) return CONTINUE
      const passage = { login, facts: login.facts(), bound, resumed }
      return memory ? resumeStep(passage, memory) : advance(passage, undefined)
    },
  }
}
