/** Sends a batch: smaller when the destination finds it too large, and with the lease kept alive meanwhile. */

import type { Item, OpenSink, SendResult } from '../sinks/sink.ts'

const TOO_LARGE = 413

/** The result of two halves that were sent one after the other, as the result of the whole. */
const joined = (firstLength: number, second: SendResult): SendResult =>
  second.kind === 'accepted' ? second : { ...second, delivered: firstLength + (second.delivered ?? 0) }

/** Sends a batch; one that is too large for the destination is sent in halves, down to single events. */
export const sendFitting = async (sink: OpenSink, batch: readonly Item[], signal: AbortSignal): Promise<SendResult> => {
  const result = await sink.send(batch, signal)
  if (result.kind !== 'rejected' || result.status !== TOO_LARGE || batch.length < 2) return result
  const half = Math.ceil(batch.length / 2)
  const first = await sendFitting(sink, batch.slice(0, half), signal)
  if (first.kind !== 'accepted') return first
  return joined(half, await sendFitting(sink, batch.slice(half), signal))
}

/**
 * Does work while renewing a lease; gives the work up when the lease is lost, because another server does it by now.
 *
 * @param renew false when the lease is lost; when it rejects, the database is away and the work may still succeed
 */
export const withLease = async <T>(
  options: {
    readonly everyMs: number
    readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
    readonly renew: () => Promise<boolean>
    readonly signal: AbortSignal
  },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const done = new AbortController()
  const lost = new AbortController()
  const beat = async (): Promise<void> => {
    for (;;) {
      await options.sleep(options.everyMs, done.signal)
      if (done.signal.aborted) return
      const isOurs = await options.renew().catch(() => true)
      if (!isOurs) return lost.abort()
    }
  }
  const beating = beat()
  try {
    return await work(AbortSignal.any([options.signal, lost.signal]))
  } finally {
    done.abort()
    await beating
  }
}
