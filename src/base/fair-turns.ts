/** Work that waits for its turn, with a fair share for each key. */

import { createFairQueue } from './fair-queue.ts'
import { QueueFull, type TakeTurn } from './turns.ts'

export interface FairTurnsOptions {
  /** Pieces of work that run at once, of all keys. */
  readonly concurrency: number
  /** Of these, at most so many of one key; default all. */
  readonly perKey?: number
  /** Work of one key that may wait. */
  readonly waitingPerKey: number
  /** Work of all keys that may wait; beyond it the key that waits with most gives way to those that wait with less. */
  readonly waiting: number
}

interface Ticket {
  begin(): void
  refuse(reason: unknown): void
}

/**
 * Work in the queue of a key.
 *
 * @param signal takes work back that waits; work that runs is its own to end
 * @throws QueueFull when too much waits, at once or when the place is given to another key; the signal's reason
 */
export type TakeFairTurn = (key: string, signal?: AbortSignal) => TakeTurn

/**
 * Runs work of a key when it is its turn: keys take turns, so that another one waits for no more than one piece of each,
 * however much they bring. A key that is alone may use everything.
 */
export const createFairTurns = ({
  concurrency,
  perKey = concurrency,
  waitingPerKey,
  waiting,
}: FairTurnsOptions): TakeFairTurn => {
  const refuse = (ticket: Ticket): void => ticket.refuse(new QueueFull('too much of the same sender waits'))
  const queue = createFairQueue<Ticket>({
    capacity: concurrency,
    perKey,
    waitingPerKey,
    start: ticket => ticket.begin(),
    room: { waiting, onDisplaced: refuse },
  })

  /** Settles when the work may begin. */
  const wait = async (key: string, signal: AbortSignal | undefined): Promise<void> => {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const ticket = { begin: resolve, refuse: reject }
    const leave = (): void => {
      if (queue.withdraw(key, ticket)) reject(signal?.reason)
    }
    signal?.addEventListener('abort', leave)
    if (queue.push(key, ticket) === 'refused') refuse(ticket)
    await promise.finally(() => signal?.removeEventListener('abort', leave))
  }

  return (key, signal) => async work => {
    await wait(key, signal)
    try {
      return await work()
    } finally {
      queue.done(key)
    }
  }
}
