import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { watchConfigVersions } from './config-notifications.ts'

let database: TestDatabase
before(async () => {
  database = await createTestDatabase()
  for (const tenant_id of ['dev', 'other']) {
    await database.db.insertInto('tenants').values({ tenant_id, friendly_name: tenant_id }).execute()
  }
})
after(() => database.close())

const watch = (options: { readonly pollMs?: number; readonly connectionString?: string } = {}) => {
  const told: string[] = []
  const errors: unknown[] = []
  const { close } = watchConfigVersions({
    connectionString: database.connectionString,
    pollMs: 60_000, // a change is seen by its notification, or the test fails
    onChange: tenantId => told.push(tenantId),
    onError: error => errors.push(error),
    ...options,
  })
  return { told, errors, close, [Symbol.asyncDispose]: close }
}

/** Milliseconds; less than `pollMs`, so that what is seen was notified. */
const PATIENCE_MS = 30_000

const eventually = async (condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + PATIENCE_MS
  while (!condition()) {
    assert.ok(performance.now() < deadline, `not within ${PATIENCE_MS} ms`)
    await sleep(5)
  }
}

let segments = 0
const change = async (tenant_id: string): Promise<void> => {
  segments += 1
  const now = new Date()
  await database.db
    .insertInto('segments')
    .values({
      tenant_id,
      segment_id: `seg_${segments}`,
      name: `s${segments}`,
      rules: '[]',
      created_at: now,
      updated_at: now,
    })
    .execute()
}

const terminateWatchers = () =>
  sql`select pg_terminate_backend(pid, 1000) from pg_stat_activity
    where application_name = 'experiment-center config watch' and datname = current_database()`.execute(database.db)

test('every tenant is told at the beginning, and afterwards each change of one', async () => {
  await using watching = watch()
  await eventually(() => watching.told.length === 2)
  assert.deepEqual(watching.told.toSorted(), ['dev', 'other'])
  await change('dev')
  await eventually(() => watching.told.length === 3)
  assert.deepEqual(watching.told.slice(2), ['dev'])
  await sleep(50)
  assert.equal(watching.told.length, 3, 'told once')
})

test('two servers see the same change', async () => {
  await using first = watch()
  await using second = watch()
  await eventually(() => first.told.length === 2 && second.told.length === 2)
  await change('other')
  await eventually(() => first.told.at(2) === 'other' && second.told.at(2) === 'other')
})

test('a connection that was cut is replaced, everything is told again, and the next change is seen', async () => {
  await using watching = watch()
  await eventually(() => watching.told.length === 2)
  await terminateWatchers()
  await eventually(() => watching.told.length === 4)
  assert.equal(watching.errors.length, 1)
  await change('dev')
  await eventually(() => watching.told.length === 5)
})

test('a change that was made while the connection was cut is told', async () => {
  await using watching = watch()
  await eventually(() => watching.told.length === 2)
  await Promise.all([terminateWatchers(), change('dev')])
  await eventually(() => watching.told.slice(2).includes('dev'))
})

test('a change without a notification is found by its version', async () => {
  await using watching = watch({ pollMs: 20 })
  await eventually(() => watching.told.length === 2)
  await database.db
    .updateTable('tenants')
    .set({ config_version: sql`config_version + 1` })
    .where('tenant_id', '=', 'dev')
    .execute()
  await eventually(() => watching.told.length === 3)
  assert.equal(watching.told.at(2), 'dev')
  await sleep(100)
  assert.equal(watching.told.length, 3, 'an unchanged version is not told')
})

test('a transaction that is rolled back is not told, one that is committed is told when it is', async () => {
  await using watching = watch()
  await eventually(() => watching.told.length === 2)
  const transaction = await database.db.startTransaction().execute()
  const now = new Date()
  await transaction
    .insertInto('segments')
    .values({ tenant_id: 'dev', segment_id: 'seg_x', name: 'x', rules: '[]', created_at: now, updated_at: now })
    .execute()
  await transaction.rollback().execute()
  await change('other')
  await eventually(() => watching.told.length === 3)
  assert.equal(watching.told.at(2), 'other')
})

test('hundreds of tenants are told page by page, and a deleted one is told too', async () => {
  await sql`insert into tenants (tenant_id, friendly_name) select 'many-' || n, 'x' from generate_series(1, 2500) n`.execute(
    database.db,
  )
  await using watching = watch({ pollMs: 20 })
  await eventually(() => watching.told.length === 2502)
  assert.equal(new Set(watching.told).size, 2502)
  await database.db.deleteFrom('tenants').where('tenant_id', '=', 'many-7').execute()
  await eventually(() => watching.told.length === 2503)
  assert.equal(watching.told.at(-1), 'many-7')
})

test('without a database it keeps trying, says so, and can be closed at any moment', async () => {
  const watching = watch({ connectionString: 'postgresql://nobody@127.0.0.1:1/none' })
  await eventually(() => watching.errors.length >= 3)
  await watching.close()
  const errors = watching.errors.length
  await sleep(150)
  assert.equal(watching.errors.length, errors)
  await watch().close()
})
