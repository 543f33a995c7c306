import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase } from '../../../test/kit/database.ts'
import { ApiError } from '../../model/error-codes.ts'
import { withTimeLimit } from './time-limit.ts'

test('a read that takes too long is ended and says what to do; the connection is as before', async t => {
  const { db, close } = await createTestDatabase()
  t.after(close)
  const slow = withTimeLimit(db, 50, limited => sql`select pg_sleep(5)`.execute(limited))
  const error = await slow.then(
    () => assert.fail('it was not ended'),
    reason => reason,
  )
  assert.ok(error instanceof ApiError)
  assert.equal(error.code, 'query_too_slow')
  const { rows } = await sql<{ limit: string }>`select current_setting('statement_timeout') as limit`.execute(db)
  assert.equal(rows[0]?.limit, '30s')
  await sql`select pg_sleep(0.1)`.execute(db)
})

test('a read within the limit gives its value, a failure of another kind stays as it is', async t => {
  const { db, close } = await createTestDatabase()
  t.after(close)
  const { rows } = await withTimeLimit(db, 1_000, limited => sql<{ one: number }>`select 1 as one`.execute(limited))
  assert.deepEqual(rows, [{ one: 1 }])
  await assert.rejects(
    withTimeLimit(db, 1_000, limited => sql`select 1 / 0`.execute(limited)),
    /division by zero/,
  )
})
