import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { openCuttingProxy } from '../../../test/kit/cutting-proxy.ts'
import { createLogDatabase, DEV, numbered, numberOf } from '../../../test/kit/tenant-log.ts'
import { systemRandom } from '../../base/random.ts'
import { type Db, openDatabase } from '../../store/database/database.ts'
import { listLogsAfter } from '../../store/logs/log-store.ts'
import { createTenantLog } from './record.ts'

const EVENTS = 1_000
/** A fast machine writes many events before enough went wrong; this is where it is given up. */
const MOST_EVENTS = 40_000

/** Records events in bursts until enough went wrong, and returns the ids that came back, by the number of the event. */
const recordAll = async (db: Db, isEnough: () => boolean): Promise<readonly string[]> => {
  const log = createTenantLog({ db, random: systemRandom, maxBatch: 20, patienceMs: 60_000 })
  const ids: string[] = []
  for (let n = 0; n < EVENTS || (n < MOST_EVENTS && !isEnough()); n += 200) {
    const burst = Array.from({ length: 200 }, (_, offset) => log.record(numbered(n + offset)))
    ids.push(...(await Promise.all(burst)))
  }
  return ids
}

const assertExactlyOnce = async (db: Db, ids: readonly string[]): Promise<void> => {
  const documents = await listLogsAfter(db, { tenantId: DEV, take: MOST_EVENTS * 2 })
  assert.equal(documents.length, ids.length)
  for (const document of documents) assert.equal(ids[numberOf(document)], document.log_id)
}

/** Kills every connection of the writers, again and again, until told to stop. */
const killWriters = async (db: Db, kills: { count: number }, isDone: () => boolean): Promise<void> => {
  while (!isDone()) {
    const { rows } = await sql<{ killed: number }>`
      select count(pg_terminate_backend(pid))::int as killed from pg_stat_activity
      where datname = current_database() and application_name = 'writer'`.execute(db)
    kills.count += rows[0]?.killed ?? 0
    await sleep(5 + Math.random() * 25)
  }
}

test('connections that are killed in the middle of a batch lose no event and duplicate none', async () => {
  const database = await createLogDatabase()
  const writer = openDatabase({ connectionString: database.connectionString, applicationName: 'writer' })
  try {
    let isDone = false
    const kills = { count: 0 }
    const killing = killWriters(database.db, kills, () => isDone)
    const ids = await recordAll(writer.db, () => kills.count > 5)
    isDone = true
    await killing
    assert.ok(kills.count > 5, 'connections were killed')
    await assertExactlyOnce(database.db, ids)
  } finally {
    await writer.close()
    await database.close()
  }
})

test('answers that are lost after the commit duplicate no event, and the ids that come back are those of the rows', async () => {
  const database = await createLogDatabase()
  let statements = 0
  const proxy = await openCuttingProxy(database.connectionString, () => ++statements % 3 === 0)
  const writer = openDatabase({ connectionString: proxy.connectionString })
  try {
    const ids = await recordAll(writer.db, () => proxy.cuts() > 10)
    assert.ok(proxy.cuts() > 10, 'answers were lost')
    await assertExactlyOnce(database.db, ids)
  } finally {
    await writer.close()
    await proxy.close()
    await database.close()
  }
})
