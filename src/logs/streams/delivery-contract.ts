/** A rig for tests of the delivery: a real database, a destination that can be told to misbehave, and the promises to check. */

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { DEV, type MadeUpFields, numbered, OTHER } from '../../../test/kit/tenant-log.ts'
import { systemRandom } from '../../base/random.ts'
import { createId, type TenantId } from '../../model/ids.ts'
import { appendLogBatch } from '../../store/logs/log-append.ts'
import { ensureLogPartitions } from '../../store/logs/log-partitions.ts'
import { insertLogStream, type LogStreamRecord, type NewLogStream } from '../../store/logs/streams/log-stream-store.ts'
import { toLogText } from '../record/document.ts'
import { envelope, toItem } from '../sinks/item.ts'
import type { Item, OpenSink, SendResult } from '../sinks/sink.ts'
import { startLogStreamDelivery } from './delivery.ts'
import { type DeliveryPace, type DeliveryPorts, systemSleep } from './delivery-ports.ts'

/** As fast as a test wants it; a lease still outlives many round trips to the database. */
export const FAST: DeliveryPace = {
  leaseMs: 900,
  idleMs: 10,
  maxAgeMs: 0,
  scanMs: 20,
  graceMs: 500,
  pageSize: 20,
  maxStreams: 10,
}

const ORIGIN = { tenantName: 'dev', environmentName: 'test' }

export interface Rig extends TestDatabase {
  /** Writes numbered events and returns their ids. */
  readonly write: (count: number, tenantId?: TenantId, fields?: MadeUpFields) => Promise<readonly string[]>
  readonly addStream: (more?: Partial<NewLogStream>, tenantId?: TenantId) => Promise<LogStreamRecord>
  /** Starts one server's delivery; it is stopped with the test. */
  readonly deliver: (sink: OpenSink, more?: Partial<DeliveryPorts>) => AsyncDisposable
  /** What the deliveries wanted the operator to know. */
  readonly complaints: unknown[]
}

export const createRig = async (t: TestContext): Promise<Rig> => {
  const database = await createTestDatabase()
  const { db } = database
  await db
    .insertInto('tenants')
    .values([DEV, OTHER].map(tenant_id => ({ tenant_id, friendly_name: tenant_id })))
    .execute()
  await ensureLogPartitions(db)
  const deliveries: AsyncDisposable[] = []
  const complaints: unknown[] = []
  t.after(async () => {
    for (const delivery of deliveries) await delivery[Symbol.asyncDispose]()
    await database.close()
  })
  let batch = 0
  let written = 0

  return {
    ...database,
    complaints,
    write: async (count, tenantId = DEV, fields = {}) => {
      batch += 1
      const documents = Array.from({ length: count }, () => toLogText(numbered(written++, fields), ORIGIN))
      return appendLogBatch(db, { tenantId, writerId: 'test', number: batch, documents })
    },
    addStream: (more = {}, tenantId = DEV) =>
      insertLogStream(
        { db, tenantId },
        {
          id: createId('log_stream', systemRandom),
          name: 'stream',
          type: 'http',
          status: 'active',
          isPriority: false,
          filters: [],
          piiConfig: undefined,
          sink: {},
          sealedSecrets: '',
          ...more,
        },
        { now: new Date(), startFrom: new Date(0) },
      ),
    deliver: (sink, more = {}) => {
      const delivery = startLogStreamDelivery({
        db,
        openSink: () => sink,
        clock: Date.now,
        random: () => 0,
        sleep: systemSleep,
        pace: FAST,
        onError: error => complaints.push(error),
        ...more,
      })
      deliveries.push(delivery)
      return delivery
    },
  }
}

/** A destination in memory: it notes what arrives, then answers as the script says. */
export interface Destination extends OpenSink {
  /** Ids in the order of their arrival, repetitions included. */
  readonly arrived: readonly string[]
  readonly items: readonly Item[]
  readonly calls: () => number
}

export type Script = (call: number, batch: readonly Item[], signal: AbortSignal) => SendResult | Promise<SendResult>

/**
 * @param script what the call of this number, from 1, answers
 * @param loses true when the call's content never arrives, as with a connection that is refused
 */
export const createDestination = (
  script: Script = () => ({ kind: 'accepted' }),
  loses: (call: number) => boolean = () => false,
): Destination => {
  const items: Item[] = []
  let calls = 0
  return {
    items,
    get arrived() {
      return items.map(({ logId }) => logId)
    },
    calls: () => calls,
    encode: event => toItem(event, envelope, 1_000_000),
    send: async (batch, signal) => {
      calls += 1
      if (!loses(calls)) items.push(...batch)
      return script(calls, batch, signal)
    },
    close: () => Promise.resolve(),
  }
}

/** Waits until something holds; fails with what it was about when it takes too long. */
export const until = async (holds: () => boolean | Promise<boolean>, what: string, ms = 20_000): Promise<void> => {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) assert.fail(`waited ${ms} ms for: ${what}`)
    await wait(10)
  }
}

/** The promises of delivery: nothing is missing, first arrivals are in the order of the log, and nothing else arrives. */
export const checkDelivered = (arrived: readonly string[], written: readonly string[]): void => {
  assert.deepEqual([...new Set(arrived)], written)
}

/** True when everything has arrived at least once. */
export const isComplete = (arrived: readonly string[], written: readonly string[]): boolean =>
  new Set(arrived).size >= written.length
