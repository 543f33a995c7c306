import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { insertTestSession, insertTestTenant, insertTestUser, TENANT } from '../../../test/kit/test-tenant.ts'
import { findUser } from './user-store.ts'
import { changeUser, createUser, insertUser, MAX_METADATA_BYTES } from './user-writes.ts'

const at = new Date('2026-11-21T10:00:00Z')

const TOO_LARGE = {
  code: 'user_metadata_too_large',
  message: "A user's metadata has at most 1048576 bytes of each kind.",
}

let database: TestDatabase

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
})

after(() => database?.close())

const tenant = () => ({ db: database.db, tenantId: TENANT })

const find = (userId: string) => findUser(database.db, TENANT, userId)

/** A user as an older version could leave one: metadata beyond the limit. */
const overfullUser = async (): Promise<string> => {
  const userId = await insertTestUser(database.db)
  const metadata = sql`jsonb_build_object('keep', 1, 'a', repeat('x', ${MAX_METADATA_BYTES}::int), 'b', repeat('y', 1000))`
  await sql`update users set user_metadata = ${metadata} where user_id = ${userId}`.execute(database.db)
  return userId
}

test('metadata is changed member by member, so that requests at the same time lose nothing of each other', async () => {
  const userId = await insertTestUser(database.db)
  await changeUser(tenant(), userId, { userMetadata: { a: 1, b: 2 }, at })
  const change = (name: string, value: number | null) =>
    changeUser(tenant(), userId, { userMetadata: { [name]: value }, at })
  await Promise.all([change('a', null), change('c', 3), change('d', 4)])
  const changed = await find(userId)
  assert.deepEqual(changed?.userMetadata, { b: 2, c: 3, d: 4 })
  assert.deepEqual([changed?.appMetadata, changed?.updatedAt], [{}, at])
})

test('a user whose metadata is too large already is blocked and renamed like any other', async () => {
  const userId = await overfullUser()
  await insertTestSession(database.db, userId, `session of ${userId}`)
  const changed = await changeUser(tenant(), userId, { profile: { blocked: true, name: 'Grace' }, at })
  assert.deepEqual([changed?.blocked, changed?.name], [true, 'Grace'])
  const open = await database.db.selectFrom('oidc_payloads').select('model').where('account_id', '=', userId).execute()
  assert.deepEqual(open, [], 'what the user had open has ended')
})

test('each kind of metadata has its own size: the other one can be changed when one is too large', async () => {
  const userId = await overfullUser()
  const changed = await changeUser(tenant(), userId, { appMetadata: { plan: 'gold' }, at })
  assert.deepEqual(changed?.appMetadata, { plan: 'gold' })
})

test('metadata that is too large can become smaller, and no larger', async () => {
  const userId = await overfullUser()
  await assert.rejects(changeUser(tenant(), userId, { userMetadata: { c: 'more' }, at }), TOO_LARGE)
  const smaller = await changeUser(tenant(), userId, { userMetadata: { b: null }, at })
  assert.deepEqual(Object.keys(smaller?.userMetadata ?? {}).toSorted(), ['a', 'keep'])
  const emptied = await changeUser(tenant(), userId, { userMetadata: {}, at })
  assert.deepEqual(emptied?.userMetadata, {})
})

test('many small changes do not add up to more than the limit, also when they come at the same time', async () => {
  const userId = await insertTestUser(database.db)
  const part = 'x'.repeat(MAX_METADATA_BYTES / 4)
  const changes = Array.from({ length: 6 }, (_, n) => changeUser(tenant(), userId, { userMetadata: { [n]: part }, at }))
  const results = await Promise.allSettled(changes)
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 3)
  assert.equal(Object.keys((await find(userId))?.userMetadata ?? {}).length, 3)
})

test('a change that is refused for its metadata changes nothing else', async () => {
  const userId = await overfullUser()
  const change = { profile: { blocked: true }, userMetadata: { c: 'more' }, at }
  await assert.rejects(changeUser(tenant(), userId, change), TOO_LARGE)
  assert.equal((await find(userId))?.blocked, false)
})

test('a user who is not there is not changed by any change', async () => {
  assert.equal(await changeUser(tenant(), 'auth0|none', { profile: { blocked: true }, at }), undefined)
  assert.equal(await changeUser(tenant(), 'auth0|none', { userMetadata: { a: 1 }, at }), undefined)
})

test('an id that is taken is as taken as an address, for administrators and for sign-ups', async () => {
  const userId = await insertTestUser(database.db)
  const user = {
    userId,
    connectionId: 'con_1',
    email: 'second@example.com',
    name: 'Ada',
    nickname: 'ada',
    passwordHash: 'hash',
  }
  assert.equal(await insertUser(tenant(), user), undefined)
  await assert.rejects(createUser(tenant(), user), {
    code: 'user_exists',
    message: 'The connection has a user with this email address, or the tenant one with this id.',
  })
})
