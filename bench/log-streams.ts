/** How fast a stream drains a backlog to an HTTP receiver on this machine, and how much memory that takes. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { createEgress } from '../src/base/egress.ts'
import { systemResolve } from '../src/base/egress-rules.ts'
import { systemRandom } from '../src/base/random.ts'
import { toLogText } from '../src/logs/document.ts'
import { LOG_EVENTS } from '../src/logs/events/index.ts'
import { http } from '../src/logs/sinks/http.ts'
import { startLogStreamDelivery } from '../src/logs/streams/delivery.ts'
import { DELIVERY_PACE, systemSleep } from '../src/logs/streams/delivery-ports.ts'
import { createId, toTenantId } from '../src/model/ids.ts'
import { type Db, openDatabase } from '../src/store/database.ts'
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts'
import { appendLogBatch } from '../src/store/log-append.ts'
import { ensureLogPartitions } from '../src/store/log-partitions.ts'
import { insertLogStream } from '../src/store/log-stream-store.ts'
import { migrateDatabase } from '../src/store/migrate.ts'
import { verdict } from './summary.ts'

const TENANT = toTenantId('dev')
/** `BENCH_STREAM_EVENTS=1000000 npm run bench log-streams` for the long run. */
const EVENTS = Number(process.env.BENCH_STREAM_EVENTS ?? 200_000)
const BATCH = 1_000
const AIM = 20_000
/** Growth of the heap between the first quarter of a drain and its end that counts as flat. */
const FLAT_MB = 32

const RULES = { allowInsecureHttp: true, allowLocalAddresses: true }

const fill = async (db: Db): Promise<void> => {
  await db.insertInto('tenants').values({ tenant_id: TENANT, friendly_name: 'dev' }).execute()
  await ensureLogPartitions(db)
  const { log_id: _, _id: __, tenant_name: ___, environment_name: ____, ...fields } = LOG_EVENTS.s.example
  const text = toLogText(
    { ...fields, tenant_id: TENANT, type: 's', date: Date.now() - 60_000 },
    { tenantName: 'dev', environmentName: 'bench' },
  )
  const documents = Array.from({ length: BATCH }, () => text)
  for (let number = 1; number * BATCH <= EVENTS; number++) {
    await appendLogBatch(db, { tenantId: TENANT, writerId: 'bench', number, documents })
  }
}

const startReceiver = async (onLines: (lines: number) => void) => {
  const worker = new Worker(new URL('./log-receiver.ts', import.meta.url))
  const port = await new Promise<number>(resolve =>
    worker.on('message', ({ port, lines }: { port?: number; lines?: number }) => {
      if (port !== undefined) resolve(port)
      if (lines !== undefined) onLines(lines)
    }),
  )
  return { endpoint: `http://127.0.0.1:${port}/`, stop: () => worker.terminate() }
}

/** Drains the backlog; the heap is looked at with every batch. */
const drain = async (
  db: Db,
): Promise<{ readonly perSecond: number; readonly growthMb: number; readonly peakMb: number }> => {
  let received = 0
  let finish: () => void = () => {}
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  const heap: number[] = []
  const receiver = await startReceiver(lines => {
    received += lines
    heap.push(process.memoryUsage().heapUsed / 1e6)
    if (received >= EVENTS) finish()
  })
  const egress = createEgress(RULES)
  const ports = {
    egress,
    rules: RULES,
    resolve: systemResolve,
    clock: Date.now,
    timeoutMs: 30_000,
    directory: undefined,
  }
  await insertLogStream(
    { db, tenantId: TENANT },
    {
      id: createId('log_stream', systemRandom),
      name: 'bench',
      type: 'http',
      status: 'active',
      isPriority: false,
      filters: [],
      piiConfig: undefined,
      sink: {},
      sealedSecrets: '',
    },
    { now: new Date(), startFrom: new Date(0) },
  )
  const began = performance.now()
  const delivery = startLogStreamDelivery({
    db,
    openSink: () => http.open({ httpEndpoint: receiver.endpoint }, ports),
    clock: Date.now,
    random: Math.random,
    sleep: systemSleep,
    pace: DELIVERY_PACE,
    onError: error => console.error(error),
  })
  await finished
  const perSecond = (received * 1000) / (performance.now() - began)
  await delivery[Symbol.asyncDispose]()
  egress.close()
  await receiver.stop()
  const quarter = Math.floor(heap.length / 4)
  // The floor of a quarter's heap is what is kept; its peaks are what the collector had not yet looked at.
  const floor = (part: number): number => Math.min(...heap.slice(part * quarter, (part + 1) * quarter))
  return { perSecond, growthMb: floor(3) - floor(0), peakMb: Math.max(...heap) }
}

/** Prints events per second and the growth of the heap. */
export const run = async (): Promise<void> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'experiment-center-'))
  const postgres = await startEmbeddedPostgres({ dataDir })
  try {
    await migrateDatabase({ connectionString: postgres.connectionString })
    const { db, close } = openDatabase({ connectionString: postgres.connectionString })
    await fill(db)
    const { perSecond, growthMb, peakMb } = await drain(db)
    const rate = `${Math.round(perSecond).toLocaleString('en')}/s`
    console.log(
      verdict(`${EVENTS.toLocaleString('en')} events drained`, rate, `${AIM.toLocaleString('en')}/s`, perSecond >= AIM),
    )
    const memory = `+${growthMb.toFixed(0)} MB, peak ${peakMb.toFixed(0)} MB`
    console.log(verdict('heap during the drain', memory, `+${FLAT_MB} MB`, growthMb <= FLAT_MB))
    await close()
  } finally {
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

if (import.meta.main) await run()
