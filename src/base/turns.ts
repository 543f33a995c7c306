/** Work that must wait: one at a time per key, or a few at a time with a bounded queue. */

/** Thrown when too much work waits already; the caller should be told to come back later. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull'
}

/** Runs work when it is its turn. @throws QueueFull when too many wait. */
export type TakeTurn = <T>(work: () => Promise<T>) => Promise<T>

/**
 * At most `concurrency` pieces of work run at once; up to `maxWaiting` wait, first come first served.
 */
export const createBoundedQueue = (concurrency: number, maxWaiting: number): TakeTurn => {
  const waiting: (() => void)[] = []
  let running = 0

  return async work => {
    if (running >= concurrency) {
      if (waiting.length >= maxWaiting) throw new QueueFull(`${maxWaiting} already wait`)
      // The one who leaves hands its place over, so `running` does not change.
      await new Promise<void>(resolve => waiting.push(resolve))
    } else {
      running += 1
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

/** Work of one key runs one piece after the other; different keys do not wait for each other. */
export const createKeyedTurns = (maxWaiting: number): ((key: string) => TakeTurn) => {
  const queues = new Map<string, { turn: TakeTurn; users: number }>()

  return key => async work => {
    const queue = queues.get(key) ?? { turn: createBoundedQueue(1, maxWaiting), users: 0 }
    queues.set(key, queue)
    queue.users += 1
    try {
      return await queue.turn(work)
    } finally {
      queue.users -= 1
      if (queue.users === 0) queues.delete(key)
    }
  }
}
