/** What the delivery of streams needs from the rest of the server. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../../store/database/database.ts'
import type { LogStreamRecord } from '../../store/logs/streams/log-stream-store.ts'
import type { OpenSink } from '../sinks/sink.ts'

/** All in milliseconds, but for `pageSize` and `maxStreams`. */
export interface DeliveryPace {
  /** A server that shows no sign of life for so long loses its streams to another. */
  readonly leaseMs: number
  /** How often a stream with nothing to deliver looks again. */
  readonly idleMs: number
  /** How old an event may grow while a batch waits to be filled. */
  readonly maxAgeMs: number
  /** How often a server looks for streams that no server delivers. */
  readonly scanMs: number
  /** How long a stop waits for batches that are on their way. */
  readonly graceMs: number
  /** Events that are read at once. */
  readonly pageSize: number
  /** Streams that one server delivers at a time. */
  readonly maxStreams: number
}

export const DELIVERY_PACE: DeliveryPace = {
  leaseMs: 15_000,
  idleMs: 250,
  maxAgeMs: 500,
  scanMs: 1_000,
  graceMs: 1_000,
  pageSize: 1_000,
  maxStreams: 100,
}

/** Waits, or less when the signal says so; never rejects. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export const systemSleep: Sleep = async (ms, signal) => {
  await wait(ms, undefined, { signal }).catch(() => {})
}

export interface DeliveryPorts {
  readonly db: Db
  /** Opens a stream's sink with its secrets; throws when they cannot be opened or the settings cannot be read. */
  readonly openSink: (tenantId: TenantId, stream: LogStreamRecord) => OpenSink
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly sleep: Sleep
  readonly pace: DeliveryPace
  /** What the operator should know: the database was away, a sink broke its promise. */
  readonly onError: (error: unknown) => void
}
