/** What the databases of operators say, and what a start makes of it. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { createEmptyDatabase } from '../../../test/kit/database.ts'
import { migrateDatabase } from './migrate.ts'

/** An empty database after a statement of its operator's. */
const databaseWith = async (t: TestContext, statement: (name: string) => string): Promise<string> => {
  const { connectionString, drop } = await createEmptyDatabase()
  t.after(drop)
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(statement(client.database ?? ''))
  await client.end()
  return connectionString
}

test('a database that does not exist is named', async t => {
  const connectionString = await databaseWith(t, () => 'select 1')
  const nowhere = connectionString.replace(/ec_test_\w+/, 'nowhere')
  await assert.rejects(migrateDatabase({ connectionString: nowhere }), {
    name: 'StartupError',
    message:
      'The database of DATABASE_URL cannot be used (database "nowhere" does not exist): start it, or correct the address.',
  })
})

for (const [what, statement, message] of [
  [
    'takes no writes',
    (name: string) => `alter database ${name} set default_transaction_read_only = on`,
    'The database refuses (cannot execute CREATE TABLE in a read-only transaction): set DATABASE_URL to the server that takes writes.',
  ],
  [
    'gives its user no rights',
    (name: string) => `alter database ${name} set role = 'pg_monitor'`,
    'The database refuses (permission denied for schema public): give its user the right to create tables, as the owner of the database has it.',
  ],
] as const) {
  test(`a database that ${what} is told apart from a fault of the server`, async t => {
    const connectionString = await databaseWith(t, statement)
    await assert.rejects(migrateDatabase({ connectionString }), { name: 'StartupError', message })
  })
}

for (const [connectionString, message] of [
  [
    'postgresql://user:secret@[::/x',
    /^The database of DATABASE_URL cannot be used \(Invalid URL\): start it, or correct the address\.$/,
  ],
  [
    'postgresql://user:secret@127.0.0.1:1/x?sslrootcert=/nowhere.pem',
    /\(ENOENT: no such file or directory, open '\/nowhere\.pem'\)/,
  ],
  ['postgresql://user:secret@127.0.0.1:1/x', /\(connect ECONNREFUSED 127\.0\.0\.1:1\)/],
] as const) {
  test(`an address that leads nowhere is a sentence without its password: ${connectionString}`, async () => {
    const error: unknown = await migrateDatabase({ connectionString }).then(
      () => undefined,
      reason => reason,
    )
    assert.ok(error instanceof Error && error.name === 'StartupError')
    assert.match(error.message, message)
    assert.doesNotMatch(error.message, /secret/)
  })
}
