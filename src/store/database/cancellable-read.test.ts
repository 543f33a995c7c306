import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { createCancellableRead } from './cancellable-read.ts'
import { type DatabaseHandle, openDatabase } from './database.ts'
import type { Database } from './schema.ts'

describe('a read that can be cancelled', () => {
  let database: TestDatabase
  let readers: DatabaseHandle

  before(async () => {
    database = await createTestDatabase()
    readers = openDatabase({ connectionString: database.connectionString, max: 1, applicationName: 'reader' })
  })

  after(async () => {
    await readers?.close()
    await database?.close()
  })

  const read = <T>(signal: AbortSignal, work: (db: Kysely<Database>) => Promise<T>) =>
    createCancellableRead(readers.db, database.db)(signal, work)

  /** Until the reader's statement is the one. */
  const untilRunning = async (fragment: string): Promise<void> => {
    for (;;) {
      const { rows } = await sql`
        select from pg_stat_activity
        where application_name = 'reader' and state = 'active' and query like ${`%${fragment}%`}`.execute(database.db)
      if (rows.length > 0) return
      await delay(10)
    }
  }

  const running = async (): Promise<number> => {
    const { rows } = await sql`
      select from pg_stat_activity where application_name = 'reader' and state <> 'idle'`.execute(database.db)
    return rows.length
  }

  test('gives what was read, from one connection', async () => {
    const { signal } = new AbortController()
    const backend = (db: Kysely<Database>) => sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
    const [first, second] = await read(signal, async db => [await backend(db), await backend(db)] as const)
    assert.deepEqual(first.rows, second.rows)
  })

  test('ends in PostgreSQL with the signal', async () => {
    const leaving = new AbortController()
    const slow = read(leaving.signal, db => sql`select pg_sleep(3600)`.execute(db))
    await untilRunning('pg_sleep')
    leaving.abort()
    await assert.rejects(slow, { code: '57014' })
    assert.equal(await running(), 0)
  })

  test('ends also when the signal comes between two of its statements', async () => {
    const leaving = new AbortController()
    const slow = read(leaving.signal, async db => {
      await sql`select 1`.execute(db)
      leaving.abort()
      await sql`select pg_sleep(3600)`.execute(db)
    })
    await assert.rejects(slow, { code: '57014' })
  })

  test('in a transaction leaves the connection clean', async () => {
    const leaving = new AbortController()
    const slow = read(leaving.signal, db =>
      db.transaction().execute(transaction => sql`select pg_sleep(3600)`.execute(transaction)),
    )
    await untilRunning('pg_sleep')
    leaving.abort()
    await assert.rejects(slow, { code: '57014' })
    assert.equal(await running(), 0)
  })

  test('does not begin for a caller who has left, nor wait for a connection', async () => {
    const held = new AbortController()
    const holding = read(held.signal, db => sql`select pg_sleep(3600)`.execute(db))
    await untilRunning('pg_sleep')
    const leaving = new AbortController()
    const waiting = read(leaving.signal, () => assert.fail('it was read'))
    leaving.abort(new TypeError('left'))
    await assert.rejects(waiting, /left/)
    held.abort()
    await assert.rejects(holding, { code: '57014' })
    await assert.rejects(
      read(leaving.signal, () => assert.fail('it was read')),
      /left/,
    )
  })

  test('never hits the next reader of its connection', async () => {
    for (let round = 0; round < 30; round += 1) {
      const leaving = new AbortController()
      const short = read(leaving.signal, db => sql`select pg_sleep(0.002)`.execute(db)).catch(() => {})
      const next = read(new AbortController().signal, db =>
        sql<{ n: number }>`select count(*)::int as n from generate_series(1, 2000)`.execute(db),
      )
      setTimeout(() => leaving.abort(), round % 5)
      await short
      assert.equal((await next).rows[0]?.n, 2_000)
    }
  })
})
