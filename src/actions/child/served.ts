/** A call in an instance, and what is kept of it while it is under way. */

import type { CallEnding, CallLogs } from '../contract/messages.ts'
import type { createLog } from './log.ts'

/** A call, and what an instance needs of the child while it is under way. */
export interface InstanceCall {
  /** `[CallHead, event]` as JSON text. */
  readonly text: string
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number
  readonly cpuMs: number
  readonly fetch: (id: number, request: string, body: Uint8Array) => void
  readonly abort: (id: number) => void
  /** Called exactly once. */
  readonly ended: (ending: CallEnding, cpuMs: number, logs: CallLogs, body: string) => void
}

/** The call that an instance is serving. */
export interface Served {
  readonly call: InstanceCall
  readonly log: ReturnType<typeof createLog>
  readonly timers: Map<number, NodeJS.Timeout>
  readonly startedCpu: number
  fetches: number
  entries: number
  /** Milliseconds in the child's own functions: they run outside of the isolate, where V8 does not count. */
  hostMs: number
  /** True while the call runs on the child's main thread. */
  isAtOnce: boolean
  /** The child's functions are not lent any more; the call is ended, or moved to a thread of its own. */
  isExhausted: boolean
  openSubtle: number
  /** Milliseconds that operations of WebCrypto took: they run outside of the isolate. */
  subtleMs: number
  openFetches: number
  /** Entries come one after the other, each with what is left of the processor time. */
  queue: Promise<void>
}
