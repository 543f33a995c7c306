/** How fast a stream drains a backlog to an HTTP receiver on this machine, and how much memory that takes. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { createEgress } from '../src/base/egress.ts'
import { systemResolve } from '../src/base/egress-rules.ts'
import { systemRandom } from '../src/base/random.ts'
import { LOG_EVENTS } from '../src/logs/events/index.ts'
import { toLogText } from '../src/logs/record/document.ts'
import { http } from '../src/logs/sinks/http.ts'
import { startLogStreamDelivery } from '../src/logs/streams/delivery.ts'
import { DELIVERY_PACE, systemSleep } from '../src/logs/streams/delivery-ports.ts'
import { createId, toTenantId } from '../src/model/ids.ts'
import { type Db, openDatabase } from '../src/store/database/database.ts'
import { migrateDatabase } from '../src/store/database/migrate.ts'
import { startEmbeddedPostgres } from '../src/store/embedded/embedded-postgres.ts'
import { appendLogBatch } from '../src/store/logs/log-append.ts'
import { ensureLogPartitions } from '../src/store/logs/log-partitions.ts'
import { insertLogStream } from '../src/store/logs/streams/log-stream-store.ts'
import { createMemoryCourse, type MemoryCourse } from './memory-course.ts'
import { verdict } from './summary.ts'

const TENANT = toTenantId('dev')
/** `npm run bench log-streams -- 1000000` for the long run. */
const EVENTS = 200_000
/** The memory is printed after so many. */
const STEP = 100_000
const BATCH = 1_000
const AIM = 20_000

const RULES = { allowInsecureHttp: true, allowLocalAddresses: true }

const fill = async (db: Db, events: number): Promise<void> => {
  await db.insertInto('tenants').values({ tenant_id: TENANT, friendly_name: 'dev' }).execute()
  await ensureLogPartitions(db)
  const { log_id: _, _id: __, tenant_name: ___, environment_name: ____, ...fields } = LOG_EVENTS.s.examples[0]
  const text = toLogText(
    { details: {}, ...fields, tenant_id: TENANT, type: 's', date: Date.now() - 60_000 },
    { tenantName: 'dev', environmentName: 'bench' },
  )
  const documents = Array.from({ length: BATCH }, () => text)
  for (let number = 1; (number - 1) * BATCH < events; number++) {
    await appendLogBatch(db, {
      tenantId: TENANT,
      writerId: 'bench',
      number,
      documents: documents.slice(0, events - (number - 1) * BATCH),
    })
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

/** Drains the backlog; the memory is looked at with every batch. Answers events per second. */
const drain = async (db: Db, events: number, memory: MemoryCourse): Promise<number> => {
  let received = 0
  const finished = Promise.withResolvers<void>()
  const receiver = await startReceiver(lines => {
    received += lines
    memory.note(received)
    if (received >= events) finished.resolve()
  })
  const egress = createEgress(RULES)
  const ports = {
    egress,
    rules: RULES,
    resolve: systemResolve,
    clock: Date.now,
    timeoutMs: 30_000,
    folder: undefined,
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
  await finished.promise
  const perSecond = (received * 1000) / (performance.now() - began)
  await delivery[Symbol.asyncDispose]()
  egress.close()
  await receiver.stop()
  return perSecond
}

/** Prints events per second, and whether the memory was flat. @param events how many, a whole number */
export const run = async (events = EVENTS): Promise<void> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'experiment-center-'))
  const postgres = await startEmbeddedPostgres({ dataDir })
  try {
    await migrateDatabase({ connectionString: postgres.connectionString })
    const { db, close } = openDatabase({ connectionString: postgres.connectionString })
    await fill(db, events)
    const memory = createMemoryCourse(events, STEP)
    const perSecond = await drain(db, events, memory)
    const rate = `${Math.round(perSecond).toLocaleString('en')}/s`
    console.log(
      verdict(`${events.toLocaleString('en')} events drained`, rate, `${AIM.toLocaleString('en')}/s`, perSecond >= AIM),
    )
    memory.judge()
    await close()
  } finally {
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

if (import.meta.main) await run()
