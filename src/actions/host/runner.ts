/** `createActionRunner`: the one door to the sandbox. The composition root opens it and closes it. */

import { type Clock, systemClock } from '../../base/clock.ts'
import type { Egress } from '../../base/egress.ts'
import type { ActionRunner } from '../contract/contract.ts'
import { LIMITS } from '../contract/limits.ts'
import { codeOf } from '../contract/program.ts'
import { checkProgram, sizeProblem } from './check.ts'
import { createFetchRelay } from './fetch-relay.ts'
import { createInvoke } from './invoke.ts'
import { type Job, outcome } from './pool/job.ts'
import { Pool, type PoolOptions } from './pool/pool.ts'
import { loadSandboxTexts } from './pool/sandbox-text.ts'
import { createPrograms } from './programs.ts'
import { runPipeline } from './run-trigger.ts'

export interface ActionRunnerOptions {
  /** Where `fetch` of an Action may go; the caller closes it. */
  readonly egress: Egress
  /** Children that share the work; one more is kept ready. Default 1. */
  readonly children?: number
  readonly clock?: Clock
  /** Processor time per call, in milliseconds; default `LIMITS.cpuMs`. */
  readonly cpuMs?: number
  /** Heap of one isolate; default `LIMITS.heapMegabytes`. */
  readonly heapMegabytes?: number
  /** Told when children cannot be made; Actions fail as `platform` meanwhile. For the operator's log. */
  readonly onError?: (error: unknown) => void
}

/** A pool that is made when it is first needed, and can be closed before. */
const createLazyPool = (options: Omit<PoolOptions, 'texts'>, onError: (error: unknown) => void) => {
  let starting: Promise<Pool> | undefined
  let pool: Pool | undefined
  let isClosed = false
  const start = (): Promise<Pool> => {
    starting ??= loadSandboxTexts().then(
      texts => {
        pool = new Pool({ ...options, texts })
        return pool
      },
      error => {
        starting = undefined
        throw error
      },
    )
    return starting
  }
  const lose = (job: Job): void => job.settle(outcome('lost'))
  const startFor = (job: Job): void => {
    start().then(
      made => (isClosed ? lose(job) : made.run(job)),
      error => {
        onError(error)
        lose(job)
      },
    )
  }
  return {
    run: (job: Job): void => {
      if (isClosed) lose(job)
      else if (pool) pool.run(job)
      else startFor(job)
    },
    warm: async (): Promise<void> => {
      if (isClosed) return
      await (await start()).warm().catch(error => {
        // A caller that closes it meanwhile has not asked for children.
        if (!isClosed) throw error
      })
    },
    close: async (): Promise<void> => {
      isClosed = true
      await (await starting?.catch(() => undefined))?.close()
    },
  }
}

/** Starts nothing before the first call or `warm`: a server without Actions has no children. */
export const createActionRunner = (options: ActionRunnerOptions): ActionRunner => {
  const { egress, children = 1, clock = systemClock } = options
  const { cpuMs = LIMITS.cpuMs, heapMegabytes = LIMITS.heapMegabytes } = options
  const { onError = () => undefined } = options
  const onStartFailure = (complaint: string): void =>
    onError(new TypeError(`a child of the Actions sandbox could not start: ${complaint}`))
  const relay = createFetchRelay(egress)
  const pool = createLazyPool({ relay, lanes: children, cpuMs, heapMegabytes, onStartFailure }, onError)
  const invoke = createInvoke({ run: pool.run, programs: createPrograms(), clock, cpuMs })
  return {
    run: request => runPipeline(request, { invoke, clock }),
    check: async (program, trigger) => {
      const tooLarge = sizeProblem(codeOf(program))
      return tooLarge ? { errors: [tooLarge], handlers: [] } : checkProgram(program, trigger, invoke)
    },
    warm: pool.warm,
    close: pool.close,
  }
}
