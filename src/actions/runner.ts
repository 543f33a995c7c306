/** `createActionRunner`: the one door to the sandbox. The composition root opens it and closes it. */

import { type Clock, systemClock } from '../base/clock.ts'
import type { Egress } from '../base/egress.ts'
import { checkProgram } from './check.ts'
import type { ActionRunner } from './contract.ts'
import { createFetchRelay } from './fetch-relay.ts'
import { createInvoke } from './invoke.ts'
import { LIMITS } from './limits.ts'
import { runPipeline } from './pipeline.ts'
import { type Job, outcome } from './pool/job.ts'
import { Pool } from './pool/pool.ts'
import { loadSandboxTexts } from './pool/sandbox-text.ts'
import { createPrograms } from './programs.ts'

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
}

/** Starts the first children at once; calls wait for them. */
export const createActionRunner = (options: ActionRunnerOptions): ActionRunner => {
  const { egress, children = 1, clock = systemClock } = options
  const { cpuMs = LIMITS.cpuMs, heapMegabytes = LIMITS.heapMegabytes } = options
  let isClosed = false
  const pool = loadSandboxTexts().then(texts => {
    const made = new Pool({ texts, relay: createFetchRelay(egress), lanes: children, cpuMs, heapMegabytes })
    made.warm().catch(() => undefined)
    return made
  })
  pool.catch(() => undefined)

  let ready: Pool | undefined
  pool.then(
    made => {
      ready = made
    },
    () => undefined,
  )
  const run = (job: Job): void => {
    if (isClosed) job.settle(outcome('lost'))
    else if (ready) ready.run(job)
    else
      pool.then(
        made => made.run(job),
        () => job.settle(outcome('lost')),
      )
  }
  const invoke = createInvoke({ run, programs: createPrograms(), clock, cpuMs })
  return {
    run: request => runPipeline(request, { invoke, clock }),
    check: (code, trigger) => checkProgram(code, trigger, invoke),
    close: async () => {
      isClosed = true
      await (await pool.catch(() => undefined))?.close()
    },
  }
}
