/** Writes a batch of events: tried again while the database is away, halved when it refuses one of them. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { PendingEvent } from './pending-event.ts'

export interface BatchWriterOptions {
  /** Commits the texts as the batch of this number and returns their ids; may be called again with the same arguments. */
  readonly append: (batch: number, texts: readonly string[]) => Promise<readonly string[]>
  /** True when the same call may succeed later. */
  readonly isRetryable: (error: unknown) => boolean
}

/** Settles every event of the batch and never rejects. One call at a time. */
export type WriteBatch = (events: readonly PendingEvent[]) => Promise<void>

/** Milliseconds between attempts: 20, 40, 80 … 640, then 640. */
const pauseOf = (attempt: number): number => 20 * 2 ** Math.min(attempt, 5)

/**
 * Creates the writer. Invariants:
 * 1. batches are numbered in the order in which they are written, so that a late twin of an earlier one is recognised;
 * 2. the content of a batch never changes between attempts: a lost answer may have been a commit.
 */
export const createBatchWriter = ({ append, isRetryable }: BatchWriterOptions): WriteBatch => {
  let batches = 0

  /** Tries as long as the database is away and a caller still waits. @throws the last failure */
  const commit = async (events: readonly PendingEvent[]): Promise<void> => {
    batches += 1
    const number = batches
    const texts = events.map(event => event.text)
    for (let attempt = 0; ; attempt++) {
      try {
        const ids = await append(number, texts)
        for (const [index, id] of ids.entries()) events[index]?.resolve(id)
        return
      } catch (error) {
        if (!isRetryable(error)) throw error
        await sleep(pauseOf(attempt))
        if (events.every(event => event.isSettled())) throw error
      }
    }
  }

  /** An event that the database refuses for itself must not take the others with it: halves find it. */
  const write: WriteBatch = async events => {
    try {
      await commit(events)
    } catch (error) {
      if (events.length === 1 || isRetryable(error)) {
        for (const event of events) event.reject(error)
        return
      }
      const middle = events.length >> 1
      await write(events.slice(0, middle))
      await write(events.slice(middle))
    }
  }

  return write
}
