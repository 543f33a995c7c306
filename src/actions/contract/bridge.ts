/** What the child lends to the code inside an isolate. Hostile code may call any of it with anything. */

import type { TriggerId } from './triggers/trigger.ts'

/** Bytes cross the border as buffers, everything else as strings and numbers; nothing is shared. */
export interface Bridge {
  /** Keeps a line of `console`; answers at once, so that a line is kept even when the isolate dies next. */
  readonly log: (line: string) => void
  /** Asks the parent for a request; the answer enters as `fetched`. */
  readonly fetch: (id: number, request: string, body: ArrayBuffer | undefined) => void
  readonly abortFetch: (id: number) => void
  /** Enters as `timer` after the delay, unless the call has ended. */
  readonly setTimer: (id: number, milliseconds: number) => void
  readonly clearTimer: (id: number) => void
  /** WebCrypto of the child; the answer enters as `answered`. */
  readonly subtle: (id: number, operation: string, args: readonly unknown[]) => void
  /** The call has settled: the text of its `CallReport`; a spoiled isolate is not used again. */
  readonly done: (result: string, isSpoiled: boolean) => void
  /** A pure function of the child by name; undefined when the arguments do not fit. */
  readonly compute: (name: string, ...args: readonly unknown[]) => unknown
}

/** In the order in which `isolate/main.ts` takes them as arguments of its text. */
export const BRIDGE_FUNCTIONS = [
  'log',
  'fetch',
  'abortFetch',
  'setTimer',
  'clearTimer',
  'subtle',
  'done',
  'compute',
] as const satisfies (keyof Bridge)[]

/** What the child says when it enters an isolate. */
export interface Entrances {
  /** Runs the Action's module, given its compiled wrapper. */
  readonly load: (wrapper: ModuleWrapper) => void
  /** Starts a call, given `[CallHead, event]` as JSON text; `done` carries the result out. */
  readonly begin: (call: string) => void
  readonly timer: (id: number) => void
  readonly fetched: (id: number, response: string, body: ArrayBuffer) => void
  readonly answered: (id: number, isValue: boolean, value: unknown) => void
}

export type ModuleWrapper = (
  this: unknown,
  exports: Record<string, unknown>,
  require: (name: string) => unknown,
  module: { exports: Record<string, unknown> },
) => void

/** What the parent says of a call beside the event. */
export interface CallHead {
  readonly trigger: TriggerId
  /** Empty for a check: the module is loaded, its exports are listed and nothing is called. */
  readonly handler: string
  readonly isContinued: boolean
  readonly interactive: boolean
  readonly issuer: string
  readonly redirectState?: string
  readonly secrets: Readonly<Record<string, string>>
  readonly cache: Readonly<Record<string, { readonly value: string; readonly expires_at: number }>>
  readonly transactionMetadata?: Readonly<Record<string, string | number | boolean>>
}

/** What a call leaves behind; the parent reads it as hostile text. */
export interface CallReport {
  /** Api calls, each as `[path, ...arguments]`. */
  readonly calls: readonly unknown[]
  readonly report: CallEnd
}

export interface CallEnd {
  /** More was asked for than may leave. */
  readonly overflow?: boolean
  /** The module exports no function of the handler's name. */
  readonly missing?: boolean
  readonly error?: { readonly name: string; readonly message: string; readonly code?: string; readonly stack?: string }
  /** Names of the functions that the module exports; only for a check. */
  readonly exports?: readonly string[]
}
