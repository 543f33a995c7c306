import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { createTestDatabase } from '../../test/kit/database.ts'
import { ensureLogPartitions } from '../store/log-partitions.ts'
import { startLogUpkeep } from './upkeep.ts'

test('the partitions are there when the upkeep has started, and come back when one is missing', async () => {
  const database = await createTestDatabase()
  const { db } = database
  try {
    await using _ = await startLogUpkeep({ db, intervalMs: 20, onError: assert.ifError })
    assert.deepEqual(await ensureLogPartitions(db), [])
    const { rows } = await sql<{ name: string }>`
      select max(inhrelid::regclass::text) as name from pg_inherits where inhparent = 'logs'::regclass`.execute(db)
    const name = rows[0]?.name ?? assert.fail('no partition')
    await sql`drop table ${sql.table(name)}`.execute(db)
    const exists = async () => (await sql`select ${name}::regclass`.execute(db).catch(() => undefined)) !== undefined
    const deadline = Date.now() + 5_000
    while (!(await exists()) && Date.now() < deadline) await sleep(20)
    assert.ok(await exists(), 'a later round created it again')
  } finally {
    await database.close()
  }
})

test('a round that fails is reported and the next one is tried', async () => {
  const database = await createTestDatabase()
  const errors: unknown[] = []
  const upkeep = await startLogUpkeep({ db: database.db, intervalMs: 5, onError: error => errors.push(error) })
  await database.close()
  const deadline = Date.now() + 5_000
  while (errors.length < 2 && Date.now() < deadline) await sleep(5)
  await upkeep[Symbol.asyncDispose]()
  assert.ok(errors.length >= 2)
})
