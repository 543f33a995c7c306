import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { startSweeper } from './sweeper.ts'

let database: TestDatabase

before(async () => {
  database = await createTestDatabase()
  await sql`insert into tenants (tenant_id, friendly_name, is_default) values ('t', 't', true)`.execute(database.db)
})

beforeEach(() => sql`delete from login_failures`.execute(database.db))

after(() => database?.close())

/** Rows whose time was over a second ago, or is not over yet. */
const insertFailures = (count: number, seconds: number) =>
  sql`insert into login_failures (tenant_id, key_hash, failures, expires_at)
    select 't', 'k' || ${seconds}::int || '-' || n, 1, now() + make_interval(secs => ${seconds})
    from generate_series(1, ${count}::int) n`.execute(database.db)

const countFailures = async (): Promise<number> => {
  const { rows } = await sql<{ count: string }>`select count(*) from login_failures`.execute(database.db)
  return Number(rows[0]?.count)
}

const fail = (error: unknown) => assert.fail(String(error))

test('one round deletes everything that is over, however many batches that are, and nothing else', async () => {
  await insertFailures(12_001, -1)
  await insertFailures(3, 60)
  await using sweeper = startSweeper(database.db, fail)
  await sweeper.sweep()
  assert.equal(await countFailures(), 3)
})

test('a round ends after its batches, and the next one goes on', async () => {
  await insertFailures(100, -1)
  await using sweeper = startSweeper(database.db, fail, { batch: 10, batches: 4 })
  await sweeper.sweep()
  assert.equal(await countFailures(), 60)
  await sweeper.sweep()
  assert.equal(await countFailures(), 20)
})
