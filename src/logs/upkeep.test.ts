import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { createTestDatabase } from '../../test/kit/database.ts'
import { addLogDay, dayBefore, tablesOfDays } from '../../test/kit/log-days.ts'
import { ensureLogPartitions } from '../store/logs/log-partitions.ts'
import { startLogUpkeep } from './upkeep.ts'

const KEPT = { clock: Date.now, retentionDays: 30 }

test('the partitions are there when the upkeep has started, and come back when one is missing', async () => {
  const database = await createTestDatabase()
  const { db } = database
  try {
    await using _ = await startLogUpkeep({ ...KEPT, db, intervalMs: 20, onError: assert.ifError })
    assert.deepEqual(await ensureLogPartitions(db), [])
    const { rows } = await sql<{ name: string }>`
      select max(inhrelid::regclass::text) as name from pg_inherits where inhparent = 'logs'::regclass`.execute(db)
    const name = rows[0]?.name ?? assert.fail('no partition')
    await sql`drop table ${sql.table(name)}`.execute(db)
    const exists = async () => (await sql`select ${name}::regclass`.execute(db).catch(() => undefined)) !== undefined
    const deadline = Date.now() + 60_000
    while (!(await exists()) && Date.now() < deadline) await sleep(20)
    assert.ok(await exists(), 'a later round created it again')
  } finally {
    await database.close()
  }
})

test('a round that fails is reported and the next one is tried', async () => {
  const database = await createTestDatabase()
  const errors: unknown[] = []
  const upkeep = await startLogUpkeep({ ...KEPT, db: database.db, intervalMs: 5, onError: error => errors.push(error) })
  await database.close()
  const deadline = Date.now() + 60_000
  while (errors.length < 2 && Date.now() < deadline) await sleep(5)
  await upkeep[Symbol.asyncDispose]()
  assert.ok(errors.length >= 2)
})

test('old days are dropped soon after the start, and those that are being read as soon as they are not', async () => {
  const database = await createTestDatabase()
  const { db } = database
  const reader = new pg.Client({ connectionString: database.connectionString })
  try {
    for (const daysAgo of [33, 32, 31, 30, 1]) await addLogDay(db, daysAgo)
    await reader.connect()
    await reader.query('begin')
    await reader.query('select from logs')
    const dropped: string[] = []
    await using _ = await startLogUpkeep({
      ...KEPT,
      db,
      heldUpMs: 5,
      onDropped: days => dropped.push(...days),
      onError: assert.ifError,
    })
    await sleep(100)
    assert.deepEqual(dropped, [])
    await reader.end()
    const deadline = Date.now() + 60_000
    while (dropped.length < 3 && Date.now() < deadline) await sleep(20)
    assert.deepEqual(dropped, [33, 32, 31].map(dayBefore))
    assert.deepEqual(
      await tablesOfDays(db),
      [30, 1, 0, -1, -2].map(daysAgo => `logs_${dayBefore(daysAgo)}`),
    )
  } finally {
    await database.close()
  }
})

test('a stop does not wait for days that are being read', async () => {
  const database = await createTestDatabase()
  const reader = new pg.Client({ connectionString: database.connectionString })
  try {
    for (const daysAgo of [33, 32, 31]) await addLogDay(database.db, daysAgo)
    await reader.connect()
    await reader.query('begin')
    await reader.query('select from logs')
    const upkeep = await startLogUpkeep({ ...KEPT, db: database.db, onError: assert.ifError })
    const started = performance.now()
    await upkeep[Symbol.asyncDispose]()
    assert.ok(performance.now() - started < 2_500, 'one wait for a lock at most')
    await reader.end()
  } finally {
    await database.close()
  }
})
