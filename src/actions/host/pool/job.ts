/** One call of one Action on its way through the pool. */

import type { CallEnding, CallLogs } from '../../contract/messages.ts'

/** Code under a number: children are told the code once. */
export interface Program {
  readonly id: number
  readonly code: string
}

/** How a job ended; `lost` means that its child went away for a reason that is not its own. */
export interface JobOutcome {
  readonly ending: CallEnding | 'busy'
  readonly cpuMs: number
  readonly logs: CallLogs
  /** For `settled` the report, for `syntax` the complaint: hostile text. */
  readonly body: string
}

export interface Job {
  readonly id: number
  readonly tenantId: string
  readonly program: Program
  /** `[CallHead, event]` as JSON text. */
  readonly text: string
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number
  /** Something outside has seen it: running it again could do a thing twice. */
  hasReachedOut: boolean
  /** It was given to a second child after the first was lost. */
  isRepeated: boolean
  /** The first outcome counts. */
  readonly settle: (outcome: JobOutcome) => void
}

const NO_LOGS: CallLogs = { text: '', truncated: false }

/** An outcome that the parent decides. */
export const outcome = (ending: JobOutcome['ending'], cpuMs = 0): JobOutcome => ({
  ending,
  cpuMs,
  logs: NO_LOGS,
  body: '',
})

/** True for a job that a second child may run as if the first had never begun. */
export const mayRepeat = (job: Job): boolean =>
  !job.hasReachedOut && !job.isRepeated && job.deadline > performance.now()
