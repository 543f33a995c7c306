/** Delivers one page of the log to a stream's destination and saves how far it got. */

import type { JsonObject } from '../../base/json.ts'
import type { LogDocument } from '../../store/logs/log-store.ts'
import {
  type Lease,
  noteStreamError,
  renewLease,
  type StreamError,
  saveFailure,
  saveProgress,
} from '../../store/logs/streams/log-stream-delivery.ts'
import type { BatchLimits, Item, OpenSink, SendResult } from '../sinks/sink.ts'
import { retryDelay } from './backoff.ts'
import { toBatches } from './batches.ts'
import type { DeliveryPorts } from './delivery-ports.ts'
import { sendFitting, withLease } from './send-batch.ts'
import { toStreamEvent } from './stream-event.ts'

/** A stream that is being delivered, with its settings turned into functions. */
export interface OpenStream {
  readonly lease: Lease
  readonly sink: OpenSink
  readonly limits: BatchLimits
  readonly wants: (type: string) => boolean
  readonly hide: (document: JsonObject) => JsonObject
  /** Failures in a row before this delivery began. */
  readonly attempts: number
}

/**
 * - `delivered`: the whole page.
 * - `failed`: the failure is saved and the lease given back.
 * - `given up`: by the signal, which is no failure of the destination; the lease is still held.
 * - `lost`: the lease is another's.
 */
export type PageOutcome = 'delivered' | 'failed' | 'given up' | 'lost'

const itemsOf = ({ sink, wants, hide }: OpenStream, page: readonly LogDocument[]): readonly Item[] =>
  page
    .filter(({ type }) => wants(String(type)))
    .map(document => {
      const event = toStreamEvent(document)
      return sink.encode({ ...event, data: hide(event.data) })
    })

const errorOf = (reason: string, batch: readonly Item[], status?: number): StreamError => ({
  reason,
  status,
  firstLogId: batch[0]?.logId ?? '',
  events: batch.length,
})

const failed = async (
  { db, random }: DeliveryPorts,
  stream: OpenStream,
  batch: readonly Item[],
  result: Exclude<SendResult, { kind: 'accepted' }>,
  attempts: number,
): Promise<PageOutcome> => {
  const delay = retryDelay(attempts, random(), result.afterMs)
  const isSaved = await saveFailure(db, stream.lease, errorOf(result.reason, batch, result.status), delay)
  return isSaved ? 'failed' : 'lost'
}

/** Sends a batch and saves what came of it; `position` is what is reached when all of it is taken. */
const deliverBatch = async (
  ports: DeliveryPorts,
  stream: OpenStream,
  {
    batch,
    position,
    isFirst,
  }: { readonly batch: readonly Item[]; readonly position: string; readonly isFirst: boolean },
  signal: AbortSignal,
): Promise<PageOutcome> => {
  const { db, sleep, pace } = ports
  const { lease, sink } = stream
  const result = await withLease(
    { everyMs: pace.leaseMs / 3, sleep, signal, renew: () => renewLease(db, lease, pace.leaseMs) },
    sending => sendFitting(sink, batch, sending),
  )
  const delivered = result.kind === 'accepted' ? batch.length : (result.delivered ?? 0)
  const last = batch[delivered - 1]
  if (last) {
    const reached = { position: delivered === batch.length ? position : last.logId, delivered }
    if (!(await saveProgress(db, lease, reached, pace.leaseMs))) return 'lost'
  }
  if (result.kind !== 'accepted') {
    if (signal.aborted) return 'given up'
    // Events that were taken before were a success, after which failures are counted anew.
    return failed(ports, stream, batch.slice(delivered), result, isFirst && delivered === 0 ? stream.attempts : 0)
  }
  for (const problem of result.problems ?? []) await noteStreamError(db, lease, errorOf(problem, batch))
  return 'delivered'
}

/**
 * Delivers a page in order. The position moves behind each batch only after the destination has taken it, so that
 * after a failure in between, the batch comes again rather than never.
 *
 * @param signal ends the waiting for an answer; what was sent may have arrived
 */
export const deliverPage = async (
  ports: DeliveryPorts,
  stream: OpenStream,
  page: readonly LogDocument[],
  signal: AbortSignal,
): Promise<PageOutcome> => {
  const end = page.at(-1)?.log_id ?? ''
  const batches = toBatches(itemsOf(stream, page), stream.limits)
  for (const [index, batch] of batches.entries()) {
    // Events behind the last batch are none of this stream's: they are passed over with it.
    const position = index === batches.length - 1 ? end : (batch.at(-1)?.logId ?? end)
    const outcome = await deliverBatch(ports, stream, { batch, position, isFirst: index === 0 }, signal)
    if (outcome !== 'delivered') return outcome
  }
  return 'delivered'
}
