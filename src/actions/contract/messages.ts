/** What parent and child say to each other: the heads of the frames. */

/** Name → text that an isolate evaluates when its Action first uses it; see `isolate/parts/`. */
export type PartTexts = Readonly<Record<string, string>>

/** To the child. The body is named after the dash. */
export type ToChild =
  /** The first word - the text that boots an isolate. */
  | { readonly type: 'hello'; readonly heapMegabytes: number; readonly cpuMs: number }
  /** The second, while the first isolate is being made - `PartTexts` as JSON. */
  | { readonly type: 'parts' }
  /** A program that calls will name - its code. */
  | { readonly type: 'program'; readonly program: number }
  /** Run a handler - `[CallHead, event]` as JSON, for the isolate alone to read. */
  | {
      readonly type: 'run'
      readonly call: number
      readonly program: number
      /** Milliseconds from now. */
      readonly budgetMs: number
    }
  /** The answer to a request of the Action - the response's body. `response` is for the isolate. */
  | { readonly type: 'fetched'; readonly call: number; readonly fetch: number; readonly response: string }
  | { readonly type: 'ping' }

/** How the child saw a call end; `settled` leaves it to the report to say how the Action ended. */
export type CallEnding = 'settled' | 'timeout' | 'memory' | 'syntax' | 'lost'

export interface CallLogs {
  readonly text: string
  readonly truncated: boolean
}

/** From the child. Everything in it is hostile until it is checked: code may have broken out into the child. */
export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'pong' }
  /** A call that names a program which this child does not hold, or no longer. */
  | { readonly type: 'unknown'; readonly call: number }
  /** The call goes on beside the main thread: it is not what holds the child up. */
  | { readonly type: 'begun'; readonly call: number }
  /** - the report of the isolate, for `settled`; the compiler's complaint, for `syntax`. */
  | {
      readonly type: 'ended'
      readonly call: number
      readonly ending: CallEnding
      readonly cpuMs: number
      readonly logs: CallLogs
    }
  /** The Action wants something from the network - the body of its request. */
  | { readonly type: 'fetch'; readonly call: number; readonly fetch: number; readonly request: string }
  | { readonly type: 'abort'; readonly call: number; readonly fetch: number }
  /** The child asks to be replaced: an isolate does not stop, or has left too much behind. */
  | { readonly type: 'retire' }
