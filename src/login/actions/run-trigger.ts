/** Runs a trigger's Actions in a login or a sign-up, and writes down what they did. */

import type {
  ActionReport,
  PipelineOutcome,
  PipelineResult,
  Resume,
  TransactionMetadata,
} from '../../actions/contract/contract.ts'
import { ERROR_CLASS } from '../../actions/contract/contract.ts'
import { LIMITS } from '../../actions/contract/limits.ts'
import type { TriggerId } from '../../actions/contract/triggers/trigger.ts'
import type { Clock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { RandomBytes } from '../../base/random.ts'
import type { LogDetails } from '../../logs/events/log-details.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { ActionExecution, ExecutionResult, ExecutionStatus } from '../../model/action-execution.ts'
import { createUuid } from '../../model/action-id.ts'
import { recordExecution } from '../../store/actions/action-execution-store.ts'
import type { Db } from '../../store/database/database.ts'
import { toStorableJson } from '../../store/database/storable-text.ts'
import { actionFailed, type EventContext } from '../transaction/events.ts'
import type { ActionCache } from './action-cache.ts'
import type { BoundActionOfTenant } from './bound-actions.ts'
import type { LoginActions } from './login-actions.ts'

/** An execution that was begun in an earlier request; JSON, because it waits with a suspended login. */
export interface BegunExecution {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly results: readonly ExecutionResult[]
}

export interface TriggerRun {
  readonly trigger: TriggerId
  readonly actions: readonly BoundActionOfTenant[]
  readonly event: JsonObject
  /** What a failure is about. */
  readonly eventContext: Omit<EventContext, 'at'>
  readonly interactive?: boolean
  readonly continueFrom?: Resume | undefined
  readonly redirectState?: string | undefined
  /** The execution that goes on. */
  readonly begun?: BegunExecution | undefined
}

export interface TriggerOutcome extends Pick<PipelineResult, 'outcome' | 'effects'> {
  readonly transactionMetadata: TransactionMetadata
  readonly execution: BegunExecution
}

export interface RunnerServices {
  readonly actions: LoginActions
  readonly cache: ActionCache
  readonly volatileDb: Db
  readonly log: TenantLog
  readonly clock: Clock
  readonly random: RandomBytes
  logError(error: unknown, context: Readonly<Record<string, string>>): void
}

export type RunTrigger = (run: TriggerRun) => Promise<TriggerOutcome>

const toResult = ({ name, result, logs, started_at, wall_ms }: ActionReport): ExecutionResult => ({
  actionName: name,
  ...('error' in result ? { error: { id: ERROR_CLASS[result.kind], msg: result.error.message } } : {}),
  ...(logs.text === '' ? {} : { logs: logs.text }),
  startedAt: started_at,
  endedAt: started_at + Math.round(wall_ms),
})

const statusOf = ({ kind }: PipelineOutcome): ExecutionStatus => (kind === 'suspended' ? 'suspended' : 'final')

/** The failure of a run as its event tells it. */
const failureDetails = (
  { trigger, actions }: TriggerRun,
  executionId: string,
  { action_id, error_class, failure }: Extract<PipelineOutcome, { readonly kind: 'failed' }>,
): LogDetails['actions_execution_failed'] => {
  const action = actions.find(bound => bound.action_id === action_id)
  return {
    trigger_id: trigger,
    execution_id: executionId,
    ...(action
      ? { action_id, action_name: action.name, version_id: action.version_id, binding_id: action.binding_id }
      : {}),
    error_class,
    action_error: { ...failure.error },
  }
}

/**
 * Creates the function. Its failures are in the tenant log before the answer goes out; the execution is written beside
 * the login and delays none: losing it loses no login.
 */
export const createRunTrigger = (services: RunnerServices): RunTrigger => {
  const {
    actions: { runner },
    cache,
    clock,
    random,
    log,
    volatileDb,
    logError,
  } = services

  const writeExecution = (run: TriggerRun, execution: BegunExecution, outcome: PipelineOutcome): Promise<void> => {
    const { exchange } = run.eventContext
    const { tenantId } = exchange.tenant
    const record: ActionExecution = {
      id: execution.id,
      triggerId: run.trigger,
      status: statusOf(outcome),
      results: execution.results,
      createdAt: new Date(execution.createdAt),
      updatedAt: new Date(clock()),
    }
    return recordExecution(volatileDb, tenantId, record).catch(error =>
      logError(error, { what: `execution of ${run.trigger}`, tenant: tenantId }),
    )
  }

  return async run => {
    const { exchange } = run.eventContext
    const { tenantId } = exchange.tenant
    const before = cache.read(tenantId, run.trigger)
    const begun = run.begun ?? { id: createUuid(random), createdAt: clock(), results: [] }
    const result = await runner.run({
      tenantId,
      trigger: run.trigger,
      actions: run.actions,
      event: run.event,
      cache: before,
      budgetMs: LIMITS.budgetMs,
      ...(run.interactive === undefined ? {} : { interactive: run.interactive }),
      ...(run.continueFrom ? { continueFrom: run.continueFrom } : {}),
      ...(run.redirectState ? { redirectState: run.redirectState } : {}),
    })
    cache.write(tenantId, run.trigger, before, result.cache)
    const execution = { ...begun, results: [...begun.results, ...result.actions.map(toResult)] }
    exchange.hold(writeExecution(run, execution, result.outcome))
    if (result.outcome.kind === 'failed') {
      const details = failureDetails(run, execution.id, result.outcome)
      exchange.hold(log.record(actionFailed({ ...run.eventContext, at: clock() }, details)))
    }
    // What an Action asks for may be stored: with the suspended login, with its grant or with the user.
    const { outcome, effects, transactionMetadata } = result
    return toStorableJson({ outcome, effects, transactionMetadata, execution })
  }
}
