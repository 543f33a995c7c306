/** Group commit for one tenant: while a batch is being written, the next one collects. */

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { WriteBatch } from './batch-writer.ts'
import type { PendingEvent } from './pending-event.ts'

export interface LaneOptions {
  readonly write: WriteBatch
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

/** Cuts the next batch off the queue: as many as fit, and at least one. */
const cutBatch = (queue: PendingEvent[], maxBatch: number): readonly PendingEvent[] => {
  let bytes = 0
  const surplus = queue.findIndex((event, index) => {
    bytes += event.bytes
    return index > 0 && (index >= maxBatch || bytes > MAX_BATCH_BYTES)
  })
  return queue.splice(0, surplus === -1 ? queue.length : surplus)
}

/** Creates a lane: one batch at a time, in the order in which the events came. */
export const createTenantLane = ({ write, maxDelayMs, maxBatch, release }: LaneOptions): TenantLane => {
  const queue: PendingEvent[] = []
  let isRunning = false
  let lastSize = 0

  /** A lone event is written at once; where several came together lately, the first waits for company. */
  const drain = async (): Promise<void> => {
    await (lastSize > 1 ? sleep(maxDelayMs) : nextTurn())
    while (queue.length > 0) {
      const taken = cutBatch(queue, maxBatch)
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
