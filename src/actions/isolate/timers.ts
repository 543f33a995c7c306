/** setTimeout and its relatives: the child counts the time, and a call's timers end with it. */

import { LIMITS } from '../contract/limits.ts'
import { type Current, runningCall } from './current.ts'

type Callback = (...args: readonly unknown[]) => void

/** The longest delay that any runtime knows; no call lives so long. */
const MAX_DELAY = 2 ** 31 - 1

export const createTimers = (current: Current) => {
  const start = (callback: Callback, delay: unknown, repeat: boolean, args: readonly unknown[]): number => {
    if (typeof callback !== 'function') throw new TypeError('the callback of a timer must be a function')
    const call = runningCall(current, repeat ? 'setInterval' : 'setTimeout')
    if (call.timers.size >= LIMITS.timers) throw new TypeError(`an Action has at most ${LIMITS.timers} timers`)
    const milliseconds = Math.min(Math.max(Number(delay) || 0, 1), MAX_DELAY)
    const id = call.nextId++
    call.timers.set(id, { run: () => callback(...args), every: repeat ? milliseconds : undefined })
    current.bridge.setTimer(id, milliseconds)
    return id
  }
  const stop = (id: unknown): void => {
    if (typeof id === 'number' && current.call?.timers.delete(id)) current.bridge.clearTimer(id)
  }
  return {
    setTimeout: (callback: Callback, delay?: unknown, ...args: readonly unknown[]) =>
      start(callback, delay, false, args),
    setInterval: (callback: Callback, delay?: unknown, ...args: readonly unknown[]) =>
      start(callback, delay, true, args),
    setImmediate: (callback: Callback, ...args: readonly unknown[]) => start(callback, 0, false, args),
    clearTimeout: stop,
    clearInterval: stop,
    clearImmediate: stop,
    queueMicrotask: (callback: Callback): void => {
      if (typeof callback !== 'function') throw new TypeError('the callback of a microtask must be a function')
      Promise.resolve().then(() => callback())
    },
  }
}

/** The child says that a delay is over. */
export const fireTimer = (current: Current, id: number): void => {
  const timer = current.call?.timers.get(id)
  if (!timer) return
  if (timer.every === undefined) current.call?.timers.delete(id)
  else current.bridge.setTimer(id, timer.every)
  timer.run()
}
