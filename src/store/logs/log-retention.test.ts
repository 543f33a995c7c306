import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { addLogDay, dayBefore, idOf, tablesOfDays } from '../../../test/kit/log-days.ts'
import { createLogDatabase, DEV, numberedText, numberOf, OTHER } from '../../../test/kit/tenant-log.ts'
import { type DatabaseHandle, openDatabase } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { appendLogBatch } from './log-append.ts'
import { ensureLogPartitions } from './log-partitions.ts'
import { dropExpiredLogs } from './log-retention.ts'
import { findLog, listLogsAfter, listLogsPage } from './log-store.ts'

const KEPT = { days: 3, now: new Date() }

suite('the retention of the log', () => {
  let database: Awaited<ReturnType<typeof createLogDatabase>>
  let other: DatabaseHandle
  before(async () => {
    database = await createLogDatabase()
    other = openDatabase({ connectionString: database.connectionString, max: 5, applicationName: 'other server' })
  })
  after(async () => {
    await other.close()
    await database.close()
  })
  /** Six days that are over, and today and the two after. */
  beforeEach(async () => {
    for (const table of await tablesOfDays(database.db)) await sql`drop table ${sql.table(table)}`.execute(database.db)
    await ensureLogPartitions(database.db)
    for (let daysAgo = 6; daysAgo >= 1; daysAgo -= 1) await addLogDay(database.db, daysAgo)
  })

  const daysLeft = async (): Promise<readonly string[]> =>
    (await tablesOfDays(database.db)).map(table => table.slice(-8))
  const daysAgo = (first: number, last: number): readonly string[] =>
    Array.from({ length: first - last + 1 }, (_, index) => dayBefore(first - index))
  const readAll = (after?: string) =>
    listLogsAfter(database.db, { tenantId: DEV, take: 100, ...(after !== undefined && { after }) })

  /** A transaction that has read the log and stays open, as a backup does. */
  const openReader = async (isolation: 'read committed' | 'repeatable read') => {
    const client = new pg.Client({ connectionString: database.connectionString })
    await client.connect()
    await client.query(`begin isolation level ${isolation}`)
    await client.query('select count(*) from logs')
    return {
      count: async (): Promise<number> => Number((await client.query('select count(*) from logs')).rows[0].count),
      close: () => client.end(),
    }
  }

  test('days go when all of their events are older than they are kept, and no day before that', async () => {
    assert.deepEqual(await dropExpiredLogs(database.db, KEPT), { dropped: daysAgo(6, 4), isHeldUp: false })
    assert.deepEqual(await daysLeft(), daysAgo(3, -2))
    assert.deepEqual(await dropExpiredLogs(database.db, KEPT), { dropped: [], isHeldUp: false })
  })

  test('a reader that goes on from an event that is gone continues at the oldest that is kept', async () => {
    await dropExpiredLogs(database.db, KEPT)
    for (const position of [undefined, idOf(6, 2), idOf(400, 1)]) {
      const logs = await readAll(position)
      assert.equal(logs[0]?.log_id, idOf(3, 1))
      assert.equal(logs.length, 9)
    }
    assert.equal(await findLog(database.db, DEV, idOf(6, 2)), undefined)
    const sort = { by: 'date', direction: 'asc' } as const
    assert.equal((await listLogsPage(database.db, { tenantId: DEV, skip: 0, take: 50, sort })).length, 9)
  })

  test('the clock that is behind decides: neither the database nor a server alone can empty the log', async () => {
    const soon = new Date(Date.now() + 365 * 86_400_000)
    assert.deepEqual((await dropExpiredLogs(database.db, { days: 3, now: soon })).dropped, daysAgo(6, 4))
    const long = new Date(Date.now() - 365 * 86_400_000)
    assert.deepEqual((await dropExpiredLogs(database.db, { days: 1, now: long })).dropped, [])
  })

  test('servers that start a round at the same moment drop each day once', async () => {
    const rounds = await Promise.all(
      Array.from({ length: 8 }, (_, n) => dropExpiredLogs(n % 2 ? other.db : database.db, KEPT)),
    )
    assert.deepEqual(rounds.flatMap(({ dropped }) => dropped).toSorted(), daysAgo(6, 4))
    assert.deepEqual(await daysLeft(), daysAgo(3, -2))
  })

  test('a round and the creation of the next days do not get in each other’s way', async () => {
    await sql`drop table ${sql.table(`logs_${dayBefore(-2)}`)}`.execute(database.db)
    const [round, created] = await Promise.all([
      dropExpiredLogs(database.db, KEPT),
      ensureLogPartitions(other.db),
      ...Array.from({ length: 4 }, () => ensureLogPartitions(database.db)),
    ])
    assert.equal(round.isHeldUp, false)
    assert.deepEqual(await daysLeft(), daysAgo(3, -2))
    assert.ok(created.length <= 1)
  })

  for (const isolation of ['read committed', 'repeatable read'] as const) {
    test(`an open reader (${isolation}) holds a day up, while others write and read without it`, async () => {
      const reader = await openReader(isolation)
      const before = await reader.count()
      assert.deepEqual(await dropExpiredLogs(database.db, KEPT), { dropped: [], isHeldUp: true })
      assert.equal((await readAll())[0]?.log_id, idOf(5, 1), 'the first day is out of sight already')
      if (isolation === 'repeatable read') assert.equal(await reader.count(), before, 'but not for who saw it before')
      assert.deepEqual(await dropExpiredLogs(database.db, KEPT), { dropped: [], isHeldUp: true })
      await reader.close()
      assert.deepEqual(await dropExpiredLogs(database.db, KEPT), { dropped: daysAgo(6, 4), isHeldUp: false })
    })
  }

  test('writers and readers never wait for a round, held up or not', async () => {
    const reader = await openReader('read committed')
    let isOver = false
    let slowest = 0
    const timed = async (work: () => Promise<unknown>) => {
      const started = performance.now()
      await work()
      slowest = Math.max(slowest, performance.now() - started)
    }
    const writer = async (): Promise<number> => {
      let number = 0
      for (; !isOver; number += 1) {
        const batch = { tenantId: DEV, writerId: 'busy', number: number + 1, documents: [numberedText(number)] }
        await timed(() => appendLogBatch(other.db, batch))
      }
      return number
    }
    const follower = async (): Promise<void> => {
      while (!isOver) await timed(() => readAll())
    }
    const rounds = async (): Promise<void> => {
      await dropExpiredLogs(database.db, KEPT)
      await reader.close()
      while ((await dropExpiredLogs(database.db, KEPT)).isHeldUp) await sleep(10)
      isOver = true
    }
    const [written] = await Promise.all([writer(), follower(), rounds()])
    assert.ok(written > 20, `${written} batches`)
    assert.ok(slowest < 900, `${slowest} ms; a round waits a second for its locks`)
    assert.deepEqual(await daysLeft(), daysAgo(3, -2))
  })

  test('a day that a crash left detached is dropped by the next round', async () => {
    const crash = { days: 3, now: KEPT.now, signal: AbortSignal.abort() }
    assert.deepEqual(await dropExpiredLogs(database.db, crash), { dropped: [], isHeldUp: false })
    const first = sql.table(`logs_${dayBefore(6)}`)
    await sql`comment on table ${first} is 'No longer part of the log: its retention has ended.'`.execute(database.db)
    await sql`alter table logs detach partition ${first}`.execute(database.db)
    assert.deepEqual((await dropExpiredLogs(database.db, KEPT)).dropped, daysAgo(6, 4))
    assert.deepEqual(await daysLeft(), daysAgo(3, -2))
  })

  test('a copy that an administrator made under such a name is left alone', async () => {
    const copy = sql.table(`logs_${dayBefore(100)}`)
    await sql`create table ${copy} as select * from logs`.execute(database.db)
    await dropExpiredLogs(database.db, KEPT)
    assert.deepEqual(await daysLeft(), [dayBefore(100), ...daysAgo(3, -2)])
  })

  test('the session goes back to the pool as it came', async () => {
    const single = openDatabase({ connectionString: database.connectionString, max: 1 })
    try {
      await dropExpiredLogs(single.db, KEPT)
      const { rows } = await sql`select current_setting('lock_timeout') as patience,
        (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks`.execute(
        single.db,
      )
      assert.deepEqual(rows, [{ patience: '0', locks: 0 }])
    } finally {
      await single.close()
    }
  })

  test('a query plans and reads nothing of a day that is gone, nor of one that is only on its way', async () => {
    const pool = new pg.Pool({ connectionString: database.connectionString, max: 2 })
    let last = { sql: '', parameters: [] as readonly unknown[] }
    const db = new Kysely<Database>({
      dialect: new PostgresDialect({ pool }),
      log: ({ query }) => {
        last = query
      },
    })
    const tablesOf = async (call: Promise<unknown>): Promise<readonly string[]> => {
      await call
      const { rows } = await pool.query(`explain (analyze, costs off) ${last.sql}`, [...last.parameters])
      const lines = rows.map(row => row['QUERY PLAN'] as string).filter(line => !line.includes('never executed'))
      assert.ok(!lines.some(line => line.includes('Seq Scan')), lines.join('\n'))
      return [...new Set(lines.flatMap(line => / on (logs_\d{8})/.exec(line)?.[1] ?? []))]
    }
    const table = (daysAgo: number) => `logs_${dayBefore(daysAgo)}`
    try {
      for (let daysAgo = 6; daysAgo >= 1; daysAgo -= 1) await addLogDay(db, daysAgo, 500, OTHER)
      await sql`analyze logs`.execute(db)
      const reader = await openReader('read committed')
      await dropExpiredLogs(db, KEPT)
      assert.deepEqual(await tablesOf(listLogsAfter(db, { tenantId: DEV, take: 2 })), [table(5)])
      await reader.close()
      await dropExpiredLogs(db, KEPT)
      const after = idOf(6, 1)
      assert.deepEqual(await tablesOf(listLogsAfter(db, { tenantId: DEV, take: 2, after })), [table(3)])
      assert.deepEqual(await tablesOf(listLogsAfter(db, { tenantId: DEV, take: 2, after: idOf(2, 1) })), [table(2)])
      assert.deepEqual(await tablesOf(findLog(db, DEV, idOf(2, 1))), [table(2)])
      assert.deepEqual(await tablesOf(findLog(db, DEV, idOf(6, 1))), [])
    } finally {
      await db.destroy()
    }
  })

  test('what is left of the log can be written and numbered as before', async () => {
    await dropExpiredLogs(database.db, KEPT)
    const [id] = await appendLogBatch(database.db, {
      tenantId: DEV,
      writerId: 'later',
      number: 1,
      documents: [numberedText(77)],
    })
    const last = (await readAll()).at(-1)
    assert.deepEqual([last?.log_id, last && numberOf(last)], [id, 77])
  })
})
