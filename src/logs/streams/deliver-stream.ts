/** Delivers one stream while this server holds its lease: reads, sends, waits for more. */

import type { Clock } from '../../base/clock.ts'
import { type LogDocument, listLogsAfter } from '../../store/logs/log-store.ts'
import {
  loadStreamState,
  releaseLease,
  saveFailure,
  saveProgress,
  type TakenLease,
} from '../../store/logs/streams/log-stream-delivery.ts'
import { type LogStreamRecord, loadLogStream } from '../../store/logs/streams/log-stream-store.ts'
import { isSinkType, sinkOf } from '../sinks/index.ts'
import { retryDelay } from './backoff.ts'
import { selects } from './category.ts'
import { deliverPage, type OpenStream } from './deliver-page.ts'
import type { DeliveryPorts } from './delivery-ports.ts'
import { piiFilter } from './pii.ts'

/** Two ways to end: `stop` lets a batch that is on its way arrive, `abort` does not wait for it. */
export interface DeliverySignals {
  readonly stop: AbortSignal
  readonly abort: AbortSignal
}

const readPage = ({ db, pace }: DeliveryPorts, { lease }: TakenLease, after: string): Promise<readonly LogDocument[]> =>
  listLogsAfter(db, { tenantId: lease.tenantId, take: pace.pageSize, ...(after !== '' && { after }) })

/** How long a page that is not full may wait for more, judged by its oldest event. */
const patience = (page: readonly LogDocument[], maxAgeMs: number, clock: Clock): number => {
  const age = clock() - Date.parse(String(page[0]?.date))
  return Number.isNaN(age) ? 0 : Math.min(Math.max(maxAgeMs - age, 0), maxAgeMs)
}

/** Reads the next page; a small one is read again when its oldest event has the age at which it must go. */
const gatherPage = async (
  ports: DeliveryPorts,
  taken: TakenLease,
  after: string,
  stop: AbortSignal,
): Promise<readonly LogDocument[]> => {
  const page = await readPage(ports, taken, after)
  if (page.length === 0 || page.length >= ports.pace.pageSize) return page
  const waitMs = patience(page, ports.pace.maxAgeMs, ports.clock)
  if (waitMs === 0) return page
  await ports.sleep(waitMs, stop)
  return readPage(ports, taken, after)
}

/** False when the stream was paused, changed or deleted, or its lease was taken, since it was opened. */
const isUnchanged = async ({ db }: DeliveryPorts, { lease }: TakenLease, stream: LogStreamRecord): Promise<boolean> => {
  const state = await loadStreamState(db, lease)
  return state?.status === 'active' && state.revision === stream.revision
}

/** The pages of a stream, one after the other, until something ends it; true when the lease is still held then. */
const deliverPages = async (
  ports: DeliveryPorts,
  taken: TakenLease,
  opened: { readonly stream: LogStreamRecord; readonly open: OpenStream },
  { stop, abort }: DeliverySignals,
): Promise<boolean> => {
  const { db, pace, sleep, clock } = ports
  const { stream, open } = opened
  let position = taken.position
  let savedAt = clock()
  let attempts = taken.attempts
  let prefetched: Promise<readonly LogDocument[]> | undefined
  while (!stop.aborted) {
    const page = await (prefetched ?? gatherPage(ports, taken, position, stop))
    prefetched = undefined
    if (stop.aborted) break
    const last = page.at(-1)
    if (last) {
      if (!(await isUnchanged(ports, taken, stream))) return true
      if (page.length >= pace.pageSize) {
        prefetched = gatherPage(ports, taken, last.log_id, stop)
        prefetched.catch(() => {}) // a caller that awaits it gets the error; there may be none
      }
      const outcome = await deliverPage(ports, { ...open, attempts }, page, abort)
      if (outcome !== 'delivered') return outcome === 'given up'
      position = last.log_id
      attempts = 0
    } else {
      await sleep(pace.idleMs, stop)
    }
    // Renews the lease of a stream with nothing to send, and saves how many events it passed over.
    if (clock() - savedAt >= pace.leaseMs / 3) {
      savedAt = clock()
      if (!(await saveProgress(db, taken.lease, { position, delivered: 0 }, pace.leaseMs))) return false
    }
  }
  await saveProgress(db, taken.lease, { position, delivered: 0 }, pace.leaseMs)
  return true
}

const openStream = (ports: DeliveryPorts, { lease, attempts }: TakenLease, stream: LogStreamRecord): OpenStream => {
  if (!isSinkType(stream.type)) throw new TypeError(`no sink of type ${stream.type}`)
  return {
    lease,
    sink: ports.openSink(lease.tenantId, stream),
    limits: sinkOf(stream.type).limits,
    wants: selects(stream.filters),
    hide: piiFilter(stream.piiConfig),
    attempts,
  }
}

/**
 * Delivers a stream until it is stopped, changed, fails, or its lease is lost. A failure is saved with the time of the
 * next attempt and the lease given back, so that any server may make it.
 */
export const deliverStream = async (
  ports: DeliveryPorts,
  taken: TakenLease,
  signals: DeliverySignals,
): Promise<void> => {
  const { db } = ports
  const { lease, attempts } = taken
  const stream = await loadLogStream({ db, tenantId: lease.tenantId }, lease.id)
  let open: OpenStream
  try {
    open = openStream(ports, taken, stream)
  } catch (error) {
    ports.onError(error)
    const reason = 'The settings of the stream cannot be read; set its sink again.'
    await saveFailure(
      db,
      lease,
      { reason, status: undefined, firstLogId: '', events: 0 },
      retryDelay(attempts, ports.random()),
    )
    return
  }
  try {
    if (await deliverPages(ports, taken, { stream, open }, signals)) await releaseLease(db, lease)
  } finally {
    await open.sink.close()
  }
}
