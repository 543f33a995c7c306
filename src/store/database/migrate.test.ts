import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { createEmptyDatabase } from '../../../test/kit/database.ts'
import { migrateDatabase, serverComplaint } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'

const emptyDatabase = async (t: TestContext) => {
  const { connectionString, drop } = await createEmptyDatabase()
  const client = new pg.Client({ connectionString })
  await client.connect()
  t.after(async () => {
    await client.end()
    await drop()
  })
  const namesIn = async (query: string) => (await client.query<{ name: string }>(query)).rows.map(row => row.name)
  return {
    connectionString,
    recorded: () => namesIn('select name from schema_migrations order by name'),
    tables: () => namesIn("select tablename as name from pg_tables where schemaname = 'public' order by 1"),
  }
}

const first = { name: '0001-first', sql: 'create table a (); create table b ();' }
const second = { name: '0002-second', sql: 'create table c ();' }

test('every migration of the product runs on an empty database, once', async t => {
  const { connectionString, recorded } = await emptyDatabase(t)
  const names = MIGRATIONS.map(({ name }) => name)
  assert.deepEqual(await migrateDatabase({ connectionString }), names)
  assert.deepEqual(await migrateDatabase({ connectionString }), [])
  assert.deepEqual(await recorded(), names)
})

test('only what is missing runs, in the order of the table', async t => {
  const { connectionString, recorded } = await emptyDatabase(t)
  assert.deepEqual(await migrateDatabase({ connectionString, migrations: [first] }), ['0001-first'])
  assert.deepEqual(await migrateDatabase({ connectionString, migrations: [first, second] }), ['0002-second'])
  assert.deepEqual(await recorded(), ['0001-first', '0002-second'])
})

test('servers that start at once migrate once', async t => {
  const { connectionString } = await emptyDatabase(t)
  const ran = await Promise.all([1, 2, 3, 4].map(() => migrateDatabase({ connectionString })))
  assert.deepEqual(
    ran.flat(),
    MIGRATIONS.map(({ name }) => name),
  )
})

test('a migration that fails leaves nothing of itself, and keeps those before it', async t => {
  const { connectionString, recorded, tables } = await emptyDatabase(t)
  const broken = { name: '0002-broken', sql: 'create table c (); select 1 / 0;' }
  await assert.rejects(migrateDatabase({ connectionString, migrations: [first, broken] }), /division by zero/)
  assert.deepEqual(await recorded(), ['0001-first'])
  assert.deepEqual(await tables(), ['a', 'b', 'schema_migrations'])
  assert.deepEqual(await migrateDatabase({ connectionString, migrations: [first, second] }), ['0002-second'])
})

test('a database that a newer version has changed is refused', async t => {
  const { connectionString } = await emptyDatabase(t)
  await migrateDatabase({ connectionString, migrations: [first, second] })
  await assert.rejects(migrateDatabase({ connectionString, migrations: [first] }), {
    name: 'StartupError',
    message:
      'The database has been changed by a newer version of the server (0002-second); run that version or a later one.',
  })
})

test('PostgreSQL before 15 is refused', () => {
  assert.equal(
    serverComplaint(140_012, '14.12'),
    'The database is PostgreSQL 14.12; PostgreSQL 15 or newer is needed: upgrade it or change DATABASE_URL.',
  )
  assert.equal(serverComplaint(150_000, '15.0'), undefined)
})
