/** Work that waits for its turn, with a fair share for each key. */

import { createFairQueue } from './fair-queue.ts'
import { QueueFull, type TakeTurn } from './turns.ts'

export interface FairTurnsOptions {
  /** Pieces of work that run at once, whoever's they are. */
  readonly concurrency: number
  /** Work of one key that may wait. */
  readonly waitingPerKey: number
  /** Work of all keys that may wait; beyond it the key that waits with most gives way to those that wait with less. */
  readonly waiting: number
}

interface Ticket {
  begin(): void
  refuse(reason: QueueFull): void
}

/**
 * Runs work of a key when it is its turn: keys take turns, so that another one waits for no more than one piece of each,
 * however much they bring. A key that is alone may use everything.
 *
 * @throws QueueFull when too much waits, at once or when the place is given to somebody else
 */
export const createFairTurns = ({
  concurrency,
  waitingPerKey,
  waiting,
}: FairTurnsOptions): ((key: string) => TakeTurn) => {
  const refuse = (ticket: Ticket): void => ticket.refuse(new QueueFull('too much of the same sender waits'))
  const queue = createFairQueue<Ticket>({
    capacity: concurrency,
    perKey: concurrency,
    waitingPerKey,
    start: ticket => ticket.begin(),
    room: { waiting, onDisplaced: refuse },
  })

  return key => async work => {
    await new Promise<void>((begin, reject) => {
      const ticket = { begin, refuse: reject }
      if (queue.push(key, ticket) === 'refused') refuse(ticket)
    })
    try {
      return await work()
    } finally {
      queue.done(key)
    }
  }
}
