/**
 * Read first: what goes into a run of Actions and what comes out. Data in, effects out.
 *
 * 1. An Action never touches the host: it gets an event as JSON and leaves calls of its `api` behind. The parent
 *    reads those calls against the table in `api/`, turns them into effects, and its caller applies the effects.
 * 2. Code runs in V8 isolates (`isolate/`) inside a disposable child process (`child/`) that has no files, no
 *    environment and no right to start anything. The parent (`pool/`) watches it and replaces it.
 * 3. One instance of a version serves one call at a time. Its module-level state lives on for the next call, as it
 *    does on Node 22; events, logs, effects, timers and requests belong to one call and end with it.
 * 4. The only way out is `fetch`, and it goes through the parent: http and https, no address of the operator's
 *    network unless the configuration permits it, the checked address is the connected one, every redirect is
 *    checked again, sizes and times are bounded.
 * 5. What goes wrong in an Action is a value with a `kind`; `ERROR_CLASS` says what the tenant log calls it.
 */

import type { JsonObject } from '../../base/json.ts'
import type { Effect } from './effects.ts'
import type { TriggerId } from './triggers/trigger.ts'

/** A version of an Action, in the order in which its trigger is bound. */
export interface BoundAction {
  readonly action_id: string
  readonly name: string
  readonly version_id: string
  /** What `createProgramBuilder` made at deploy, or plain code without dependencies. */
  readonly code: string
  readonly secrets: Readonly<Record<string, string>>
}

/** Values of `api.cache` by key; `expires_at` in milliseconds since 1970. */
export type CacheEntries = Readonly<Record<string, { readonly value: string; readonly expires_at: number }>>

export type TransactionMetadata = Readonly<Record<string, string | number | boolean>>

/** Where a suspended run goes on: in the same Action's continue handler, or after it. */
export interface Resume {
  readonly action_id: string
  readonly at: 'continue' | 'next'
}

export interface RunRequest {
  /** Tenants share no isolate, and each has its own place in the queue. */
  readonly tenantId: string
  readonly trigger: TriggerId
  readonly actions: readonly BoundAction[]
  /** The event without `secrets`; `experiment` becomes null, and `experiments` empty, when it is absent. */
  readonly event: JsonObject
  readonly cache?: CacheEntries
  /** For the whole run, waiting included; at most `LIMITS.budgetMs`. */
  readonly budgetMs: number
  /** False where the browser cannot be sent anywhere (prompt=none, refresh exchange); default true. */
  readonly interactive?: boolean
  /** The tenant's host name, for `iss` of a session token; default `event.request.hostname`. */
  readonly issuer?: string
  readonly continueFrom?: Resume
  /** The `state` that the redirect carried: a token that comes back must name it. */
  readonly redirectState?: string
}

/** What the wire calls `action_error`; every text is cut to a bounded length. */
export interface ActionError {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
}

/**
 * - `error`: the Action threw. `syntax`: it does not compile. `missing`: it has no handler of the trigger's name.
 * - `timeout`: processor time or the run's budget was used up. `memory`: it asked for more than it may have.
 * - `output`: too many effects, too large, too deep, or not to be read.
 * - `platform`: a child was lost for a reason that is not this Action's. `busy`: no place in the queue.
 */
export type FailureKind = 'error' | 'syntax' | 'missing' | 'timeout' | 'memory' | 'output' | 'platform' | 'busy'

export type ErrorClass = 'platform_error' | 'action_timeout' | 'action_error' | 'rate_limited'

/** How the tenant log classes a failure, as `details.error_class`. */
export const ERROR_CLASS: Readonly<Record<FailureKind, ErrorClass>> = Object.freeze({
  error: 'action_error',
  syntax: 'action_error',
  missing: 'action_error',
  memory: 'action_error',
  output: 'action_error',
  timeout: 'action_timeout',
  platform: 'platform_error',
  busy: 'rate_limited',
})

export interface ActionFailure {
  readonly kind: FailureKind
  readonly error: ActionError
}

/** How one Action of a run ended; `denied` and `suspended` end the run after it. */
export type ActionResult = { readonly kind: 'ok' | 'denied' | 'suspended' } | ActionFailure

export interface ActionLogs {
  /** What `console` wrote, one line per call, at most `LIMITS.logChars` in all. */
  readonly text: string
  readonly truncated: boolean
}

export interface ActionReport {
  readonly action_id: string
  readonly name: string
  readonly version_id: string
  readonly handler: string
  readonly result: ActionResult
  /** In the order of the calls. Those of a failed Action show what it had asked for; they are not applied. */
  readonly effects: readonly Effect[]
  readonly logs: ActionLogs
  /** Milliseconds since 1970. */
  readonly started_at: number
  readonly wall_ms: number
  readonly cpu_ms: number
}

export type PipelineOutcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'denied'; readonly action_id: string; readonly effect: Extract<Effect, { readonly ends: true }> }
  | {
      readonly kind: 'suspended'
      readonly resume: Resume
      readonly effect: Extract<Effect, { readonly suspends: true }>
    }
  /** The Action needs the browser and there is none: `interaction_required`. */
  | { readonly kind: 'interaction_required'; readonly action_id: string }
  | {
      readonly kind: 'failed'
      readonly action_id: string
      readonly error_class: ErrorClass
      readonly failure: ActionFailure
    }

export interface PipelineResult {
  readonly outcome: PipelineOutcome
  /** To be applied once, in this order; empty when the run failed. A denial does not cancel the others. */
  readonly effects: readonly Effect[]
  /** One per Action that was run, in order. */
  readonly actions: readonly ActionReport[]
  /** The cache after the run, also after a failed one. */
  readonly cache: CacheEntries
  readonly transactionMetadata: TransactionMetadata
}

export interface CheckProblem {
  readonly kind: 'size' | 'syntax' | 'missing' | 'error' | 'timeout' | 'memory' | 'platform' | 'busy' | 'output'
  readonly message: string
  /** Counted from 1. */
  readonly line?: number
  readonly column?: number
}

/** Whether code can be deployed for a trigger: it compiles, its modules load, and it has the handler. */
export interface CheckResult {
  readonly errors: readonly CheckProblem[]
  /** The trigger's handlers that the code exports. */
  readonly handlers: readonly string[]
}

export interface ActionRunner {
  /** Never rejects for what an Action does. */
  run(request: RunRequest): Promise<PipelineResult>
  /** @param program plain code, or what `createProgramBuilder` made of it */
  check(program: string, trigger: TriggerId): Promise<CheckResult>
  /** Starts the children; without it, the first call does. Resolves when they serve. */
  warm(): Promise<void>
  /** Resolves when every child is gone. Runs that are under way end as `platform`. */
  close(): Promise<void>
}
