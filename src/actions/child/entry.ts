/** Entering an isolate: at once on the child's main thread for what is known to be quick, else on a thread of its own. */

import type { Copy, Dereference, Isolate, Reference } from 'isolated-vm'
import { LIMITS } from '../contract/limits.ts'

export type EntryEnding = 'returned' | 'timeout' | 'memory'

/** What can be handed to an isolate: plain values, and copies that were made for it. */
export type Passable = string | number | boolean | Copy<unknown> | Dereference<unknown>

/** A function inside an isolate. */
export type Way = Reference<(...args: Passable[]) => unknown>

const endingOf = (isolate: Isolate, error: unknown): EntryEnding => {
  if (isolate.isDisposed) return 'memory'
  const isTimeout = error instanceof Error && error.message === 'Script execution timed out.'
  // Anything else is a promise that the Action rejected and did not catch: it does not end the call.
  return isTimeout ? 'timeout' : 'returned'
}

const milliseconds = (isolate: Isolate): number => Number(isolate.cpuTime) / 1e6

/**
 * The processor time of an isolate, and the ways in. Every way in has a time limit, so that no code runs without one:
 * V8 runs the promises that an entry sets off inside the same entry.
 */
export const createEntry = (isolate: Isolate, onStuck: () => void) => {
  let since: number | undefined
  return {
    /** When the entry that is under way began, in milliseconds of `performance.now()`. */
    runningSince: (): number | undefined => since,
    cpuMs: (): number => (isolate.isDisposed ? 0 : milliseconds(isolate)),
    now: (way: Way, args: readonly Passable[], timeout: number): EntryEnding => {
      try {
        way.applySync(undefined, [...args], { timeout })
        return 'returned'
      } catch (error) {
        return endingOf(isolate, error)
      }
    },
    onThread: async (way: Way, args: readonly Passable[], limit: number): Promise<EntryEnding> => {
      const timeout = Math.max(1, Math.ceil(limit))
      const alarm = setTimeout(onStuck, timeout + LIMITS.stuckMs)
      since = performance.now()
      try {
        await way.apply(undefined, [...args], { timeout })
        return 'returned'
      } catch (error) {
        return endingOf(isolate, error)
      } finally {
        since = undefined
        clearTimeout(alarm)
      }
    },
  }
}
