/** The instances of one child: idle ones wait for the next call of their program, the oldest make room. */

import { LIMITS } from '../contract/limits.ts'
import type { Instance } from './instance.ts'

interface Held {
  readonly program: number
  readonly instance: Instance
}

/** Counts what is alive; makes nothing itself. */
export const createInstances = () => {
  const busy = new Map<Instance, number>()
  /** Oldest use first. */
  let idle: readonly Held[] = []

  const evict = (): void => {
    const [oldest, ...rest] = idle
    if (!oldest) return
    idle = rest
    oldest.instance.end('lost')
  }
  return {
    /** An idle instance of the program, now busy. */
    take: (program: number): Instance | undefined => {
      const held = idle.findLast(one => one.program === program)
      if (!held) return undefined
      idle = idle.filter(one => one !== held)
      busy.set(held.instance, program)
      return held.instance
    },
    /** A new instance, busy from the start. */
    add: (instance: Instance, program: number): void => {
      busy.set(instance, program)
      if (busy.size + idle.length > LIMITS.instances) evict()
    },
    free: (instance: Instance, isUsable: boolean): void => {
      const program = busy.get(instance)
      busy.delete(instance)
      if (program !== undefined && isUsable) idle = [...idle, { program, instance }]
    },
    /** Ends every idle instance. */
    clear: (): void => {
      while (idle.length > 0) evict()
    },
    /** The instance whose entry has been running longest. */
    longestRunning: (): Instance | undefined =>
      [...busy.keys()]
        .filter(instance => instance.runningSince !== undefined)
        .sort((a, b) => (a.runningSince ?? 0) - (b.runningSince ?? 0))[0],
  }
}
