/** How many events the tenant log takes in a second, durably, on the embedded PostgreSQL. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRandom } from '../src/base/random.ts'
import { LOG_EVENTS, type LogType } from '../src/logs/events/index.ts'
import type { LogEvent } from '../src/logs/record/log-event.ts'
import { createTenantLog } from '../src/logs/record/record.ts'
import { toTenantId } from '../src/model/ids.ts'
import { openDatabase } from '../src/store/database/database.ts'
import { migrateDatabase } from '../src/store/database/migrate.ts'
import { startEmbeddedPostgres } from '../src/store/embedded/embedded-postgres.ts'
import { ensureLogPartitions } from '../src/store/logs/log-partitions.ts'
import { median, verdict } from './summary.ts'

const TENANT = toTenantId('dev')
const SECONDS = 5
/** Callers at once; each waits for its event to be durable before it records the next. */
const CALLERS = 2_000
const AIM = 20_000

/** What a login with an active experiment leaves in the log. */
const TYPES: readonly LogType[] = ['experiment_assignment_succeeded', 's', 'seacft']

/** The examples of the reference, with ids of their own, because equal values would flatter the indexes. */
const eventOf = (type: LogType, n: number): LogEvent => {
  const { log_id: _, _id: __, tenant_name: ___, environment_name: ____, ...fields } = LOG_EVENTS[type].examples[0]
  const login = Math.floor(n / TYPES.length)
  const ids = {
    session_id: `session-${login}`,
    transaction_id: `transaction-${login}`,
    device_id: `device-${login % 5_000}`,
  }
  const details = { ...(fields.details as object), ...ids } // an object in every example
  return {
    ...fields,
    tenant_id: TENANT,
    type,
    date: Date.now(),
    user_id: `auth0|${login % 1_000}`,
    details,
  } as LogEvent // an example of its type
}

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Number.NaN

interface Ingest {
  readonly perSecond: number
  readonly milliseconds: readonly number[]
}

/** Keeps `callers` busy for some seconds, dealt out to the servers' logs in turn. */
const ingest = async (connectionString: string, servers: number, callers: number): Promise<Ingest> => {
  const pools = Array.from({ length: servers }, () => openDatabase({ connectionString }))
  const logs = pools.map(({ db }) => createTenantLog({ db, random: systemRandom }))
  const milliseconds: number[] = []
  const start = performance.now()
  let n = 0
  const call = async (log: (typeof logs)[number]): Promise<void> => {
    while (performance.now() - start < SECONDS * 1_000) {
      const began = performance.now()
      n += 1
      await log.record(eventOf(TYPES[n % TYPES.length] ?? 's', n))
      milliseconds.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, index) => logs[index % servers]).map(log => log && call(log)))
  const seconds = (performance.now() - start) / 1_000
  for (const pool of pools) await pool.close()
  return { perSecond: milliseconds.length / seconds, milliseconds }
}

const report = (what: string, { perSecond, milliseconds }: Ingest, aim?: number): void => {
  const figure = `${Math.round(perSecond).toLocaleString('en')}/s, p50 ${median(milliseconds).toFixed(1)} ms, p99 ${percentile(milliseconds, 0.99).toFixed(1)} ms`
  console.log(
    aim
      ? verdict(what, figure, `${aim.toLocaleString('en')}/s`, perSecond >= aim)
      : `      ${what.padEnd(58)} ${figure}`,
  )
}

/** Prints events per second and the time until an event is durable: saturated, by two servers, and one at a time. */
export const run = async (): Promise<void> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'experiment-center-'))
  const postgres = await startEmbeddedPostgres({ dataDir })
  try {
    const { connectionString } = postgres
    await migrateDatabase({ connectionString })
    const { db, close } = openDatabase({ connectionString })
    await db.insertInto('tenants').values({ tenant_id: TENANT, friendly_name: 'dev' }).execute()
    await ensureLogPartitions(db)
    await close()
    report('one server', await ingest(connectionString, 1, CALLERS), AIM)
    report('two servers, one tenant', await ingest(connectionString, 2, CALLERS), AIM)
    report('ten callers', await ingest(connectionString, 1, 10))
    report('one caller', await ingest(connectionString, 1, 1))
  } finally {
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

if (import.meta.main) await run()
