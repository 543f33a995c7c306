/** One call of one Action: a job for the pool, and its outcome as a report. */

import type { Clock } from '../../base/clock.ts'
import type { CallHead } from '../contract/bridge.ts'
import type { ActionFailure, ActionLogs, FailureKind } from '../contract/contract.ts'
import { LIMITS } from '../contract/limits.ts'
import type { TriggerId } from '../contract/triggers/trigger.ts'
import type { Job, JobOutcome } from './pool/job.ts'
import type { createPrograms } from './programs.ts'
import { failure, type ReadReport, readReport } from './report.ts'
import { syntaxFailure } from './syntax.ts'

export interface Invocation {
  readonly tenantId: string
  readonly versionId: string
  readonly code: string
  readonly trigger: TriggerId
  readonly head: CallHead
  /** JSON text. */
  readonly event: string
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number
}

export interface Invoked extends ReadReport {
  readonly logs: ActionLogs
  readonly cpuMs: number
}

export interface InvokePorts {
  readonly run: (job: Job) => void
  readonly programs: ReturnType<typeof createPrograms>
  readonly clock: Clock
  readonly cpuMs: number
}

const FAILURES: Readonly<Record<Exclude<JobOutcome['ending'], 'settled' | 'syntax'>, readonly [FailureKind, string]>> =
  {
    timeout: ['timeout', 'The time for the Action ran out.'],
    memory: ['memory', `The Action needed more than ${LIMITS.heapMegabytes} MB of memory.`],
    lost: ['platform', 'The process that ran the Action was lost; nothing that it asked for was done.'],
    busy: ['busy', 'Too many Actions of this tenant are waiting.'],
  }

const toFailure = ({ ending, body, cpuMs }: JobOutcome, limit: number): ActionFailure | undefined => {
  if (ending === 'settled') return undefined
  if (ending === 'syntax') return syntaxFailure(body)
  const [kind, message] = FAILURES[ending]
  const isCpu = ending === 'timeout' && cpuMs >= limit * 0.9
  return failure(kind, isCpu ? `The Action used more than ${limit} ms of processor time.` : message)
}

export const createInvoke = ({ run, programs, clock, cpuMs }: InvokePorts) => {
  let lastJob = 0

  const perform = ({ tenantId, versionId, code, head, event, deadline }: Invocation): Promise<JobOutcome> =>
    new Promise(settle => {
      const program = programs.of(`${tenantId}/${versionId}`, code)
      const id = ++lastJob
      const text = `[${JSON.stringify(head)},${event}]`
      run({ id, tenantId, program, text, deadline, hasReachedOut: false, isRepeated: false, settle })
    })

  /** Never rejects for what an Action does. */
  return async (invocation: Invocation): Promise<Invoked> => {
    const how = await perform(invocation)
    const { logs, cpuMs: used } = how
    const failed = toFailure(how, cpuMs)
    if (failed) return { effects: [], exports: [], failure: failed, logs, cpuMs: used }
    const { handler, isContinued } = invocation.head
    const report = readReport(how.body, { trigger: invocation.trigger, handler, isContinued, now: clock() })
    return { ...report, logs, cpuMs: used }
  }
}

export type Invoke = ReturnType<typeof createInvoke>
