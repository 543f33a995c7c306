import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { insertTestTenant, insertTestUser, TENANT } from '../../../test/kit/test-tenant.ts'
import { clearFactorFailures, takeFactorAttempt } from './factor-failure-store.ts'

let database: TestDatabase

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
})

after(() => database?.close())

const LIMIT = { failures: 5, seconds: 900 }

const take = (userId: string, limit = LIMIT) => takeFactorAttempt(database.db, TENANT, userId, 'otp', limit)

/** Lets the pause of a user be over. */
const endPause = (userId: string) =>
  sql`update factor_failures set blocked_until = now() - interval '1 second' where user_id = ${userId}`.execute(
    database.db,
  )

const minutesUntil = (date: Date | undefined) => Math.round(((date?.getTime() ?? 0) - Date.now()) / 60_000)

test('of parallel guesses five are taken', async () => {
  const userId = await insertTestUser(database.db)
  const outcomes = await Promise.all(Array.from({ length: 30 }, () => take(userId)))
  assert.equal(outcomes.filter(until => until === undefined).length, 5)
})

test('each pause is twice as long as the one before, up to a day', async () => {
  const userId = await insertTestUser(database.db)
  const pauses: number[] = []
  for (let round = 0; round < 9; round += 1) {
    for (let attempt = 0; attempt < 5; attempt += 1) assert.equal(await take(userId), undefined)
    pauses.push(minutesUntil(await take(userId)))
    await endPause(userId)
  }
  assert.deepEqual(pauses, [15, 30, 60, 120, 240, 480, 960, 1440, 1440])
})

test('the limit may be another one, down to a pause after each failure', async () => {
  const userId = await insertTestUser(database.db)
  const strict = { failures: 1, seconds: 60 }
  assert.equal(await take(userId, strict), undefined)
  assert.equal(minutesUntil(await take(userId, strict)), 1)
  await endPause(userId)
  assert.equal(await take(userId, strict), undefined)
  assert.equal(minutesUntil(await take(userId, strict)), 2)
})

test('a right code starts the count anew, for its own factor only', async () => {
  const userId = await insertTestUser(database.db)
  for (let attempt = 0; attempt < 5; attempt += 1) await take(userId)
  await clearFactorFailures(database.db, TENANT, userId, 'recovery-code')
  assert.ok(await take(userId))
  assert.equal(await takeFactorAttempt(database.db, TENANT, userId, 'recovery-code', LIMIT), undefined)
  await clearFactorFailures(database.db, TENANT, userId, 'otp')
  assert.equal(await take(userId), undefined)
})
