/** The first page of a search, in a log of a hundred thousand events and in one of five million. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { toTenantId } from '../src/model/ids.ts'
import { readLogSearch } from '../src/search/read-search.ts'
import { type Db, openDatabase } from '../src/store/database/database.ts'
import { migrateDatabase } from '../src/store/database/migrate.ts'
import { startEmbeddedPostgres } from '../src/store/embedded/embedded-postgres.ts'
import { logCondition } from '../src/store/logs/log-condition.ts'
import { listLogsAfter, listLogsPage } from '../src/store/logs/log-store.ts'
import { median, verdict } from './summary.ts'

const TENANT = toTenantId('dev')
const DAYS = 30
const EXPERIMENTS = 8
const SMALL = 100_000
/** `BENCH_LOG_EVENTS=500000 npm run bench log-search` for a shorter run. */
const LARGE = Number(process.env.BENCH_LOG_EVENTS ?? 5_000_000)
const ROUNDS = 200
const AIM_MS = 50
const AIM_RATIO = 1.5

/** What is searched for: `n` differs from round to round, so that no page is read twice in a row. */
const QUERIES: Record<string, (n: number) => string> = {
  'type and experiment': n =>
    `type:${['s', 'seacft', 'fp'][n % 3]} AND details.experiment.experiment_id:exp_${n % EXPERIMENTS}`,
  'type and experiment that never met': n => `type:slo AND details.experiment.experiment_id:exp_${n % EXPERIMENTS}`,
  'an experiment, the oldest included': n => `details.experiment.experiment_id:exp_${n % EXPERIMENTS}`,
  'a variation of an experiment': n =>
    `details.experiment.experiment_id:exp_${n % EXPERIMENTS} AND details.experiment.variation_id:var_${n % EXPERIMENTS}_1`,
  'a type': n => `type:${['s', 'fu', 'slo'][n % 3]}`,
  'one login': n => `details.transaction_id:txn_${n * 97}`,
  'one device': n => `details.device_id:device_${n * 13}`,
}

/** Three events a login, a tenth of the logins failed; experiments follow one another over the days. */
const fill = async (db: Db, events: number): Promise<void> => {
  await db.insertInto('tenants').values({ tenant_id: TENANT, friendly_name: 'dev' }).execute()
  for (let day = 0; day < DAYS; day++) {
    const first = Math.round((events * day) / DAYS)
    const last = Math.round((events * (day + 1)) / DAYS) - 1
    const date = new Date(Date.UTC(2026, 9, 1 + day))
    const name = date.toISOString().slice(0, 10).replaceAll('-', '')
    const next = new Date(Date.UTC(2026, 9, 2 + day)).toISOString().slice(0, 10).replaceAll('-', '')
    const table = sql.table(`logs_${name}`)
    await sql`create table ${table} partition of logs for values from (${sql.lit(`900${name}`)}) to (${sql.lit(`900${next}`)})`.execute(
      db,
    )
    await sql`
      insert into logs (tenant_id, log_id, date, type, user_id, document)
      select ${TENANT}, '900' || to_char(at, 'YYYYMMDDHH24MISSMS') || lpad(n::text, 36, '0'), at at time zone 'UTC', type,
        user_id, jsonb_build_object(
          'date', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'type', type, 'description', 'Successful login',
          'client_id', 'AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPp', 'client_name', 'My App', 'ip', '203.0.113.9',
          'connection', 'Username-Password-Authentication', 'user_id', user_id, 'user_name', user_id || '@example.com',
          'user_agent', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0',
          'details', jsonb_build_object('session_id', 'ses_' || n / 6, 'transaction_id', 'txn_' || n / 3, 'device_id', 'device_' || n / 30)
            || case when n % 5 < 4 then jsonb_build_object('experiment', jsonb_build_object('experiment_id', 'exp_' || running,
              'variation_id', 'var_' || running || '_' || n % 2, 'is_control', n % 2 = 0, 'allocation_strategy', 'percentage')) else '{}' end)
      from (
        select n, ${date.toISOString()}::timestamp + (n - ${first}) * interval '1 second' * (86400.0 / ${last - first + 1}) as at,
          'auth0|' || n % 20000 as user_id, ${Math.floor((day * EXPERIMENTS) / DAYS)}::int as running,
          case when n % 30 = 7 then 'fp' when n % 30 = 17 then 'fu' else (array['experiment_assignment_succeeded', 's', 'seacft'])[1 + n % 3] end as type
        from generate_series(${first}::bigint, ${last}::bigint) as n
      ) as made`.execute(db)
  }
  await sql`analyze logs`.execute(db)
}

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Number.NaN

/** Milliseconds of each of some first pages. */
const measure = async (read: (round: number) => Promise<unknown>): Promise<readonly number[]> => {
  for (let round = 0; round < 20; round++) await read(round)
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    await read(round)
    times.push(performance.now() - began)
  }
  return times
}

const firstPage = (db: Db, q: string) => {
  const query = readLogSearch({ q })
  const where = query ? { where: logCondition(query) } : {}
  return listLogsPage(db, { tenantId: TENANT, skip: 0, take: 50, sort: { by: 'date', direction: 'desc' }, ...where })
}

/** Checkpoints at every depth of the log. */
const checkpoint = (db: Db, round: number) => {
  const day = String(1 + ((round * 7) % DAYS)).padStart(2, '0')
  return listLogsAfter(db, { tenantId: TENANT, after: `900202610${day}120000000`, take: 100 })
}

type Times = Record<string, readonly number[]>

const measureAll = async (connectionString: string, events: number): Promise<Times> => {
  await migrateDatabase({ connectionString })
  const { db, close } = openDatabase({ connectionString })
  const began = performance.now()
  await fill(db, events)
  console.log(
    `      ${events.toLocaleString('en')} events written in ${Math.round((performance.now() - began) / 1000)} s`,
  )
  const times: Record<string, readonly number[]> = {}
  for (const [name, q] of Object.entries(QUERIES)) times[name] = await measure(round => firstPage(db, q(round)))
  times['a checkpoint'] = await measure(round => checkpoint(db, round))
  await close()
  return times
}

/** Prints the 95th percentile of the first page in the large log, and how much slower it is than in the small one. */
export const run = async (): Promise<void> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'experiment-center-'))
  const postgres = await startEmbeddedPostgres({ dataDir })
  try {
    const { db, close } = openDatabase({ connectionString: postgres.connectionString })
    await sql`create database small`.execute(db)
    await sql`create database large`.execute(db)
    await close()
    const at = (name: string) => postgres.connectionString.replace(/\/\w*\?/, `/${name}?`)
    const small = await measureAll(at('small'), SMALL)
    const large = await measureAll(at('large'), LARGE)
    for (const [name, times] of Object.entries(large)) {
      const p95 = percentile(times, 0.95)
      const ratio = median(times) / median(small[name] ?? [])
      const figure = `p50 ${median(times).toFixed(1)}, p95 ${p95.toFixed(1)} ms, ${ratio.toFixed(2)}×`
      console.log(verdict(name, figure, `p95 ≤ ${AIM_MS} ms, ≤ ${AIM_RATIO}×`, p95 <= AIM_MS && ratio <= AIM_RATIO))
    }
  } finally {
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

if (import.meta.main) await run()
