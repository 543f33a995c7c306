import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { openDatabase } from './database.ts'

let database: TestDatabase
before(async () => {
  database = await createTestDatabase()
})
after(() => database.close())

const opened = (options: { readonly synchronousCommit?: 'on' | 'off'; readonly max?: number } = {}) => {
  const lost: Error[] = []
  const handle = openDatabase({
    connectionString: database.connectionString,
    applicationName: 'pool under test',
    onConnectionLost: error => lost.push(error),
    ...options,
  })
  return { ...handle, lost, [Symbol.asyncDispose]: handle.close }
}

const terminateBackends = async (): Promise<void> => {
  const admin = new pg.Client({ connectionString: database.connectionString })
  await admin.connect()
  const { rowCount } = await admin.query(
    "select pg_terminate_backend(pid, 1000) from pg_stat_activity where application_name = 'pool under test'",
  )
  await admin.end()
  assert.ok(rowCount)
}

test('numeric becomes a number, bigint stays text, a timestamp becomes a date', async () => {
  await using handle = opened()
  const { rows } = await sql`select 33.33::numeric(5, 2) as weight, 9007199254740993::bigint as version,
    '2026-01-02T03:04:05.678Z'::timestamptz as date`.execute(handle.db)
  assert.deepEqual(rows, [{ weight: 33.33, version: '9007199254740993', date: new Date('2026-01-02T03:04:05.678Z') }])
})

test('a commit is durable unless the pool says otherwise', async () => {
  const setting = sql<{ synchronous_commit: string }>`show synchronous_commit`
  await using durable = opened({ synchronousCommit: 'on' })
  await using fast = opened({ synchronousCommit: 'off' })
  assert.equal((await setting.execute(durable.db)).rows[0]?.synchronous_commit, 'on')
  assert.equal((await setting.execute(fast.db)).rows[0]?.synchronous_commit, 'off')
})

test('a statement that never ends is ended by the server', async () => {
  await using handle = opened()
  const { rows } = await sql<{ statement_timeout: string }>`show statement_timeout`.execute(handle.db)
  assert.equal(rows[0]?.statement_timeout, '30s')
})

test('an idle connection that breaks is replaced', async () => {
  await using handle = opened({ max: 1 })
  await sql`select 1`.execute(handle.db)
  await terminateBackends()
  const { rows } = await sql`select 1 as one`.execute(handle.db)
  assert.deepEqual(rows, [{ one: 1 }])
  assert.ok(handle.lost.length > 0)
})

test('a connection that breaks between two statements of a transaction fails that transaction only', async () => {
  await using handle = opened({ max: 1 })
  const broken = handle.db.transaction().execute(async transaction => {
    await transaction.insertInto('tenants').values({ tenant_id: 'lost', friendly_name: 'Lost' }).execute()
    await terminateBackends()
    await transaction.selectFrom('tenants').selectAll().execute()
  })
  await assert.rejects(broken)
  assert.deepEqual(await handle.db.selectFrom('tenants').selectAll().execute(), [])
})

test('a server that is not there fails the query, and later queries are tried again', async () => {
  const handle = openDatabase({ connectionString: 'postgresql://nobody@127.0.0.1:1/none' })
  await assert.rejects(sql`select 1`.execute(handle.db), { code: 'ECONNREFUSED' })
  await assert.rejects(sql`select 1`.execute(handle.db), { code: 'ECONNREFUSED' })
  await handle.close()
})
