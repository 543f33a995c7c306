/** Tells a child whose main thread is held up by one operation from a child that has nothing to say. */

import { readFileSync } from 'node:fs'
import { LIMITS } from '../../contract/limits.ts'

/**
 * Milliseconds that the main thread of a process has had on a processor, where the system tells it as Linux does. Time
 * on the clock says nothing: on a busy machine a child may wait for a processor as long as it likes.
 */
export const mainThreadMs = (pid: number | undefined): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6
  } catch {
    return Number.NaN
  }
}

export interface MainThreadWatch {
  /** The child has said something: its main thread gets its turns. */
  heard(): void
  /** To be called at short intervals while the child has work. `ask`: the child should be made to answer. */
  tick(): 'ask' | 'held up' | undefined
  /** Ticks since the child was last heard. */
  readonly silentTicks: number
}

/**
 * The child is asked when it was silent for a tick, and is held up when it has worked longer than `LIMITS.heldUpMs`
 * since without an answer. Twice in a row: when this process was held up itself, the answer is read before the next tick.
 */
export const watchMainThread = (usedMs: () => number): MainThreadWatch => {
  let silentTicks = 0
  let usedWhenAsked: number | undefined
  let wasHeldUp = false
  return {
    get silentTicks() {
      return silentTicks
    },
    heard() {
      silentTicks = 0
      usedWhenAsked = undefined
      wasHeldUp = false
    },
    tick() {
      silentTicks += 1
      if (usedWhenAsked === undefined) {
        usedWhenAsked = usedMs()
        return 'ask'
      }
      const isHeldUp = usedMs() - usedWhenAsked > LIMITS.heldUpMs
      const isSure = isHeldUp && wasHeldUp
      wasHeldUp = isHeldUp
      return isSure ? 'held up' : undefined
    },
  }
}
