import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { openDatabase } from './database.ts'
import { probeWriting } from './write-probe.ts'

describe('the probe of writing', () => {
  let database: TestDatabase
  before(async () => {
    database = await createTestDatabase()
  })
  after(() => database.close())

  /** In a new session, as settings of a database are read when one begins. */
  const probe = async () => {
    const { db, close } = openDatabase({ connectionString: database.connectionString })
    const failures: unknown[] = []
    const state = await probeWriting(db, error => failures.push(error))
    await close()
    return { state, failures: failures.map(String) }
  }

  const withSetting = async <T>(setting: string, work: () => Promise<T>): Promise<T> => {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(database.db)
    const name = sql.id(rows[0]?.name ?? '')
    await sql`alter database ${name} set ${sql.raw(setting)}`.execute(database.db)
    try {
      return await work()
    } finally {
      // A session may always leave the state that new ones begin in.
      await sql`set session characteristics as transaction read write`.execute(database.db)
      await sql`alter database ${name} reset all`.execute(database.db)
    }
  }

  test('succeeds on a database that takes writes, any number of times', async () => {
    for (let i = 0; i < 3; i += 1) assert.deepEqual(await probe(), { state: 'ok', failures: [] })
    const { rows } = await sql`select from write_probes`.execute(database.db)
    assert.equal(rows.length, 1)
  })

  test('fails on a database that is read-only, and recovers', async () => {
    const { state, failures } = await withSetting('default_transaction_read_only = on', probe)
    assert.equal(state, 'not_writable')
    assert.match(failures[0] ?? '', /read-only transaction/)
    assert.equal((await probe()).state, 'ok')
  })

  test('needs space for more than an update: a database without any fails it', async () => {
    const { state, failures } = await withSetting("temp_file_limit = '40kB'", probe)
    assert.equal(state, 'not_writable')
    assert.match(failures[0] ?? '', /temporary file size exceeds/)
    assert.equal((await probe()).state, 'ok')
  })

  test('takes little space, and gives it back', async () => {
    assert.equal((await withSetting("temp_file_limit = '400kB'", probe)).state, 'ok')
    const { rows } = await sql<{ size: string }>`select pg_total_relation_size('write_probes') as size`.execute(
      database.db,
    )
    assert.ok(Number(rows[0]?.size) <= 6 * 8_192, rows[0]?.size)
  })

  test('a database that is not there is lost', async () => {
    const { db, close } = openDatabase({ connectionString: 'postgresql://postgres@127.0.0.1:1/none' })
    assert.equal(await probeWriting(db, () => {}), 'lost')
    await close()
  })
})
