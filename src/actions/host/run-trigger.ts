/** Runs the bound Actions of a trigger in their order, until one denies, suspends or fails. */

import type { Clock } from '../../base/clock.ts'
import type { CallHead } from '../contract/bridge.ts'
import {
  type ActionFailure,
  type ActionReport,
  type ActionResult,
  type BoundAction,
  ERROR_CLASS,
  type PipelineOutcome,
  type PipelineResult,
  type RunRequest,
} from '../contract/contract.ts'
import type { Effect } from '../contract/effects.ts'
import { LIMITS } from '../contract/limits.ts'
import { TRIGGERS } from '../contract/triggers/index.ts'
import type { Invoke } from './invoke.ts'
import { enter, type Ledger, ledgerFailure, openLedger } from './ledger.ts'
import { failure } from './report.ts'

export interface PipelinePorts {
  readonly invoke: Invoke
  readonly clock: Clock
}

interface Turn {
  readonly action: BoundAction
  readonly isContinued: boolean
}

/** Which Actions are left to run, the first perhaps in its continue handler; undefined when the place is gone. */
const turnsOf = ({ actions, continueFrom }: RunRequest): readonly Turn[] | undefined => {
  const at = continueFrom ? actions.findIndex(({ action_id }) => action_id === continueFrom.action_id) : -1
  if (continueFrom && at < 0) return undefined
  const isContinued = continueFrom?.at === 'continue'
  const rest = actions.slice(continueFrom && !isContinued ? at + 1 : Math.max(0, at))
  return rest.map((action, index) => ({ action, isContinued: isContinued && index === 0 }))
}

const issuerOf = ({ issuer, event }: RunRequest): string => {
  const request = event.request
  const hostname = typeof request === 'object' && request !== null ? Reflect.get(request, 'hostname') : undefined
  return issuer ?? (typeof hostname === 'string' ? hostname : '')
}

const toHead = (request: RunRequest, { action, isContinued }: Turn, ledger: Ledger): CallHead => {
  const { handler, continueHandler } = TRIGGERS[request.trigger]
  return {
    trigger: request.trigger,
    handler: isContinued ? (continueHandler ?? handler) : handler,
    isContinued,
    interactive: request.interactive ?? true,
    issuer: issuerOf(request),
    ...(request.redirectState === undefined ? {} : { redirectState: request.redirectState }),
    secrets: action.secrets,
    cache: ledger.cache,
    ...(Object.keys(ledger.metadata).length > 0 ? { transactionMetadata: ledger.metadata } : {}),
  }
}

/** How the run goes on after an Action: a denial counts more than a suspension, the last suspension counts. */
const outcomeOf = (
  { action_id }: BoundAction,
  effects: readonly Effect[],
  request: RunRequest,
): PipelineOutcome | undefined => {
  const ending = effects.find(effect => 'ends' in effect)
  if (ending) return { kind: 'denied', action_id, effect: ending }
  const suspending = effects.findLast(effect => 'suspends' in effect)
  if (!suspending) return undefined
  if (request.interactive === false) return { kind: 'interaction_required', action_id }
  const at = suspending.kind === 'redirect' ? 'continue' : 'next'
  return { kind: 'suspended', effect: suspending, resume: { action_id, at } }
}

const failed = (action_id: string, what: ActionFailure): PipelineOutcome => ({
  kind: 'failed',
  action_id,
  error_class: ERROR_CLASS[what.kind],
  failure: what,
})

const resultOf = (outcome: PipelineOutcome | undefined): ActionResult => {
  if (outcome?.kind === 'failed') return outcome.failure
  if (outcome?.kind === 'denied') return { kind: 'denied' }
  return { kind: outcome ? 'suspended' : 'ok' }
}

/** Resolves with what the caller is to apply; see `contract.ts`. */
export const runPipeline = async (request: RunRequest, { invoke, clock }: PipelinePorts): Promise<PipelineResult> => {
  const turns = turnsOf(request)
  const event = JSON.stringify(request.event)
  const deadline = performance.now() + Math.min(request.budgetMs, LIMITS.budgetMs)
  const reports: ActionReport[] = []
  let ledger = openLedger(request)
  let outcome: PipelineOutcome | undefined
  if (!turns)
    outcome = failed(request.continueFrom?.action_id ?? '', failure('platform', 'The Action is no longer bound.'))
  if (event.length > LIMITS.eventBytes) outcome = failed('', failure('platform', 'The event is too large.'))

  for (const turn of outcome ? [] : (turns ?? [])) {
    const { action } = turn
    const head = toHead(request, turn, ledger)
    const [started_at, started] = [clock(), performance.now()]
    const { tenantId, trigger } = request
    const invoked = await invoke({
      tenantId,
      versionId: action.version_id,
      code: action.code,
      trigger,
      head,
      event,
      deadline,
    })
    // An Action that redirects need not have anything to do when the browser is back.
    const isNothing = turn.isContinued && invoked.failure?.kind === 'missing'
    ledger = enter(ledger, invoked.effects)
    const problem = isNothing ? undefined : (invoked.failure ?? ledgerFailure(ledger))
    outcome = problem ? failed(action.action_id, problem) : outcomeOf(action, invoked.effects, request)
    reports.push({
      action_id: action.action_id,
      name: action.name,
      version_id: action.version_id,
      handler: head.handler,
      result: resultOf(outcome),
      effects: invoked.effects,
      logs: invoked.logs,
      started_at,
      wall_ms: performance.now() - started,
      cpu_ms: invoked.cpuMs,
    })
    if (outcome) break
  }
  return {
    outcome: outcome ?? { kind: 'completed' },
    effects: outcome?.kind === 'failed' ? [] : ledger.effects,
    actions: reports,
    cache: ledger.cache,
    transactionMetadata: ledger.metadata,
  }
}
