/** The tenant log's only door for writing: group commit, exactly once, in bounded memory and bounded time. */

import { type RandomBytes, randomHex } from '../../base/random.ts'
import { apiError } from '../../model/error-codes.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../../store/database/database.ts'
import { appendLogBatch } from '../../store/logs/log-append.ts'
import { isLogWriteRetryable } from '../../store/logs/log-failure.ts'
import { createBatchWriter } from './batch-writer.ts'
import { createByteBudget } from './byte-budget.ts'
import { toLogText } from './document.ts'
import type { LogEvent, TenantLog } from './log-event.ts'
import { createPendingEvent } from './pending-event.ts'
import { createTenantLane, type TenantLane } from './tenant-lane.ts'

export interface TenantLogOptions {
  readonly db: Db
  readonly random: RandomBytes
  /** Written as `environment_name`; default `self-hosted`. */
  readonly environmentName?: string
  /** Longest wait of a first event for company, in milliseconds; default 2. A lone event does not wait. */
  readonly maxDelayMs?: number
  /** Most events in one commit; default 500. */
  readonly maxBatch?: number
  /** Most memory of events that wait, in bytes; default 32 MB. Beyond it `record()` waits for room. */
  readonly maxQueuedBytes?: number
  /** A `record()` settles within this time, in milliseconds; default 10,000. */
  readonly patienceMs?: number
}

export interface ClosableTenantLog extends TenantLog, AsyncDisposable {
  record(event: LogEvent): Promise<string>
  /** Settles when every event that was recorded before has settled. */
  flush(): Promise<void>
  /** Takes no more events, and flushes. */
  close(): Promise<void>
}

const WRITER_ID_DIGITS = 24

const expired = () => apiError('service_unavailable', 'The log could not be written in time; retry in a moment.')
const closed = () => apiError('service_unavailable', 'The server is stopping; retry in a moment.')

/** Counts what is under way, so that a flush knows when nothing is. */
const createTally = () => {
  let count = 0
  let waiting: (() => void)[] = []
  return {
    track: async <T>(work: Promise<T>): Promise<T> => {
      count += 1
      try {
        return await work
      } finally {
        count -= 1
        if (count === 0) {
          for (const resolve of waiting) resolve()
          waiting = []
        }
      }
    },
    zero: async (): Promise<void> => {
      if (count > 0) await new Promise<void>(resolve => waiting.push(resolve))
    },
  }
}

/**
 * Opens the log for writing. `record()` resolves when the event is durable; it rejects with
 * `service_unavailable` when the database stays away for `patienceMs` (the event may still arrive later,
 * never twice), and with the database's error when the event itself is refused.
 */
export const createTenantLog = (options: TenantLogOptions): ClosableTenantLog => {
  const { db, random, environmentName = 'self-hosted', maxDelayMs = 2, maxBatch = 500 } = options
  const { maxQueuedBytes = 33_554_432, patienceMs = 10_000 } = options
  const writerId = randomHex(WRITER_ID_DIGITS, random)
  const budget = createByteBudget(maxQueuedBytes)
  const lanes = new Map<TenantId, TenantLane>()
  const tally = createTally()
  let isClosed = false

  const createLane = (tenantId: TenantId): TenantLane =>
    createTenantLane({
      write: createBatchWriter({
        append: (number, documents) => appendLogBatch(db, { tenantId, writerId, number, documents }),
        isRetryable: isLogWriteRetryable,
      }),
      maxDelayMs,
      maxBatch,
      release: event => budget.give(event.bytes),
    })

  const laneOf = (tenantId: TenantId): TenantLane => {
    const lane = lanes.get(tenantId) ?? createLane(tenantId)
    lanes.set(tenantId, lane)
    return lane
  }

  const record: ClosableTenantLog['record'] = async event => {
    if (isClosed) throw closed()
    const text = toLogText(event, { tenantName: event.tenant_id, environmentName })
    const pending = createPendingEvent(text, patienceMs, expired)
    void budget.take(pending.bytes).then(() => laneOf(event.tenant_id).push(pending))
    return await tally.track(pending.outcome)
  }

  const close = async (): Promise<void> => {
    isClosed = true
    await tally.zero()
  }

  return { record, flush: tally.zero, close, [Symbol.asyncDispose]: close }
}
