/** The Actions of a sign-up: those before it may refuse it, those after it run when the answer is out. */

import type { Effect } from '../../actions/contract/effects.ts'
import type { Clock } from '../../base/clock.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import type { Registration, RegistrationRequest, RegistrationVerdict } from '../password/registration.ts'
import type { Directory } from '../tenant/directory.ts'
import { actionsCompleted } from '../transaction/events.ts'
import { emptyPlan } from '../transaction/login-plan.ts'
import { applyEffects, createEffectTarget } from './apply-effects.ts'
import { postRegistrationEvent, preRegistrationEvent, type RegistrationInput } from './event/registration-event.ts'
import type { LoginActions } from './login-actions.ts'
import type { RunTrigger, TriggerOutcome } from './run-trigger.ts'

export interface RegistrationServices {
  readonly actions: LoginActions
  readonly directory: Pick<Directory, 'client'>
  readonly runTrigger: RunTrigger
  readonly log: TenantLog
  readonly clock: Clock
  logError(error: unknown, context: Readonly<Record<string, string>>): void
}

const ADMITTED: RegistrationVerdict = { kind: 'admitted', userMetadata: {}, appMetadata: {} }

const NOT_NOW = 'You cannot sign up at the moment. Try again later.'

/** Milliseconds that a server which stops gives to Actions that run after a sign-up. */
const PATIENCE_MS = 1_000

type Refusal = Extract<RegistrationVerdict, { readonly kind: 'refused' }>

const refusalOf = (effect: Effect): Refusal => {
  if (effect.kind === 'access_denied') {
    return { kind: 'refused', reason: effect.reason, message: effect.user_message ?? 'You cannot sign up here.' }
  }
  if (effect.kind === 'validation_failed') {
    return { kind: 'refused', reason: `${effect.code}: ${effect.message}`, message: effect.message }
  }
  throw new TypeError(`${effect.kind} is no refusal of a registration`)
}

const withoutNulls = (changes: ReadonlyMap<string, Json>): JsonObject =>
  Object.fromEntries([...changes].filter(([, value]) => value !== null))

const verdictOf = ({ outcome, effects }: TriggerOutcome): RegistrationVerdict => {
  if (outcome.kind === 'denied') return refusalOf(outcome.effect)
  if (outcome.kind !== 'completed') {
    return { kind: 'refused', reason: 'An Action before the registration failed.', message: NOT_NOW }
  }
  const target = createEffectTarget(emptyPlan())
  applyEffects(target, effects)
  return {
    kind: 'admitted',
    userMetadata: withoutNulls(target.userMetadata),
    appMetadata: withoutNulls(target.appMetadata),
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise(resolve => setTimeout(resolve, milliseconds).unref())

export const createRegistration = (services: RegistrationServices): Registration & AsyncDisposable => {
  const { actions, directory, runTrigger, log, clock, logError } = services
  const running = new Set<Promise<void>>()

  const boundTo = async (
    { exchange }: RegistrationRequest,
    trigger: 'pre-user-registration' | 'post-user-registration',
  ) => (await actions.bound.current(exchange.tenant.tenantId))[trigger]

  const inputOf = (request: RegistrationRequest): RegistrationInput => ({
    ...request,
    place: actions.placeOf(request.exchange),
  })

  const runAfter = async (request: RegistrationRequest, user: UserRecord): Promise<void> => {
    const bound = await boundTo(request, 'post-user-registration')
    if (bound.length === 0) return
    const { exchange, transaction, connection } = request
    const eventContext = { exchange, transaction, connection, user }
    const trigger = 'post-user-registration'
    const event = postRegistrationEvent(inputOf(request), user)
    const { outcome, execution } = await runTrigger({ trigger, actions: bound, event, eventContext })
    // Behind the execution, so that a reader of the event finds it. A failure has its own event.
    await exchange.settle()
    if (outcome.kind === 'failed') return
    await log.record(
      actionsCompleted({ ...eventContext, at: clock() }, { trigger_id: trigger, execution_id: execution.id }),
    )
  }

  return {
    async before(request, candidate) {
      const bound = await boundTo(request, 'pre-user-registration')
      if (bound.length === 0) return ADMITTED
      const { exchange, transaction, connection, form, reserve } = request
      if (!(await reserve())) return { kind: 'under_way' }
      const client = await directory.client(exchange.tenant.tenantId, transaction.clientId)
      const ran = await runTrigger({
        trigger: 'pre-user-registration',
        actions: bound,
        event: preRegistrationEvent(inputOf(request), candidate, client, form),
        eventContext: { exchange, transaction, connection, userName: candidate.email },
      })
      exchange.plan.executions.push(ran.execution.id)
      return verdictOf(ran)
    },
    after(request, user) {
      const work = runAfter(request, user)
        .catch(error => logError(error, { what: 'Actions after a sign-up', tenant: request.exchange.tenant.tenantId }))
        .finally(() => running.delete(work))
      running.add(work)
    },
    async [Symbol.asyncDispose]() {
      await Promise.race([Promise.allSettled(running), pause(PATIENCE_MS)])
    },
  }
}
