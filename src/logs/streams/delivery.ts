/** Delivers the streams of all tenants: finds those that no server delivers, and takes them. */

import { listDueLogStreams, type TakenLease, takeLease } from '../../store/logs/streams/log-stream-delivery.ts'
import { deliverStream } from './deliver-stream.ts'
import type { DeliveryPorts } from './delivery-ports.ts'

const keyOf = ({ lease: { tenantId, id } }: TakenLease): string => `${tenantId}/${id}`

/**
 * Starts the delivery; any number of servers may do so on one database, and each stream is delivered by one of them.
 * Disposing it lets what is on its way arrive, for as long as the pace grants, and gives the leases back.
 */
export const startLogStreamDelivery = (ports: DeliveryPorts): AsyncDisposable => {
  const stop = new AbortController()
  const abort = new AbortController()
  const running = new Map<string, Promise<void>>()

  const run = (taken: TakenLease): void => {
    const key = keyOf(taken)
    const delivering = deliverStream(ports, taken, { stop: stop.signal, abort: abort.signal })
      .catch(ports.onError)
      .finally(() => running.delete(key))
    running.set(key, delivering)
  }

  const scan = async (): Promise<void> => {
    const free = ports.pace.maxStreams - running.size
    const due = free > 0 ? await listDueLogStreams(ports.db, free) : []
    for (const key of due) {
      const taken = stop.signal.aborted ? undefined : await takeLease(ports.db, key, ports.pace.leaseMs)
      if (taken) run(taken)
    }
  }

  const scanning = (async () => {
    while (!stop.signal.aborted) {
      await scan().catch(ports.onError)
      await ports.sleep(ports.pace.scanMs, stop.signal)
    }
  })()

  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await scanning
      const finished = new AbortController()
      const all = Promise.all(running.values()).then(() => finished.abort())
      await ports.sleep(ports.pace.graceMs, finished.signal)
      abort.abort()
      await all
    },
  }
}
