/** Group commit for one tenant: while a batch is being written, the next one collects. */

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { PendingEvent } from './pending-event.ts'

export interface LaneOptions {
  /** Commits the texts as the batch of this number and returns their ids; may be called again with the same arguments. */
  readonly append: (batch: number, texts: readonly string[]) => Promise<readonly string[]>
  /** True when the same call may succeed later. */
  readonly isRetryable: (error: unknown) => boolean
  readonly maxDelayMs: number
  readonly maxBatch: number
  /** Called once for each event when it needs no more memory. */
  readonly release: (event: PendingEvent) => void
}

export interface TenantLane {
  push(event: PendingEvent): void
}

/** Bytes of documents in one statement: a bound on what the database parses at once. */
const MAX_BATCH_BYTES = 4_194_304

/** Milliseconds between attempts: 20, 40, 80 … 640, then 640. */
const pauseOf = (attempt: number): number => 20 * 2 ** Math.min(attempt, 5)

/**
 * Creates a lane. Invariants:
 * 1. one batch at a time, numbered without gaps in its order, so that a late twin of an earlier one is recognised;
 * 2. the content of a batch never changes between attempts: a lost answer may have been a commit;
 * 3. events are written in the order in which they came.
 */
export const createTenantLane = (options: LaneOptions): TenantLane => {
  const { append, isRetryable, maxDelayMs, maxBatch, release } = options
  const queue: PendingEvent[] = []
  let isRunning = false
  let lastSize = 0
  let batches = 0

  /** Cuts the next batch off the queue. */
  const takeBatch = (): readonly PendingEvent[] => {
    let bytes = 0
    const tooMany = queue.findIndex((event, index) => {
      bytes += event.bytes
      return index > 0 && (index >= maxBatch || bytes > MAX_BATCH_BYTES)
    })
    return queue.splice(0, tooMany === -1 ? queue.length : tooMany)
  }

  /** Tries again as long as the database is away and somebody still waits. @throws the last failure */
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
  const write = async (events: readonly PendingEvent[]): Promise<void> => {
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

  /** A lone event is written at once; where several came together lately, the first waits for company. */
  const drain = async (): Promise<void> => {
    await (lastSize > 1 ? sleep(maxDelayMs) : nextTurn())
    while (queue.length > 0) {
      const taken = takeBatch()
      const batch = taken.filter(event => !event.isSettled()) // its caller has given up before anything was sent
      lastSize = batch.length
      if (batch.length > 0) await write(batch)
      for (const event of taken) release(event)
    }
    isRunning = false
  }

  return {
    push: event => {
      queue.push(event)
      if (isRunning) return
      isRunning = true
      void drain()
    },
  }
}
