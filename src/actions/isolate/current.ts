/** The one call that an instance serves at a time, and what the globals may ask about it. */

import type { Bridge } from '../contract/bridge.ts'
import type { Parts } from './part.ts'

export interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

/** Requests, timers and answers of one call; all of it is dropped when the call ends. */
export interface RunningCall {
  ended: boolean
  /** Characters that `console` has handed over. */
  logged: number
  nextId: number
  readonly timers: Map<number, { readonly run: () => void; readonly every: number | undefined }>
  readonly fetches: Map<number, (response: string, body: ArrayBuffer) => void>
  readonly answers: Map<number, Pending>
}

export interface Current {
  readonly bridge: Bridge
  readonly parts: Parts
  call: RunningCall | undefined
}

export const startCall = (): RunningCall => ({
  ended: false,
  logged: 0,
  nextId: 1,
  timers: new Map(),
  fetches: new Map(),
  answers: new Map(),
})

/** The call that is under way. Code that lives on between calls, such as a promise that was not awaited, finds none. */
export const runningCall = (current: Current, what: string): RunningCall => {
  if (current.call && !current.call.ended) return current.call
  throw new TypeError(`${what}: the call that this code belongs to has ended`)
}
