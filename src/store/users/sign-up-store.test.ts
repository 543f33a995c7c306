import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { toTenantId } from '../../model/ids.ts'
import { findInteraction, saveInteraction, useInteraction } from '../logins/interaction-store.ts'
import { insertTenant } from '../tenants/tenant-store.ts'
import { releaseInteraction, reserveInteraction, signUpForInteraction } from './sign-up-store.ts'

const tenantId = toTenantId('dev')
const CONNECTION = 'con_0000000000000001'

let database: TestDatabase
let users = 0

before(async () => {
  database = await createTestDatabase()
  await insertTenant(database.db, {
    tenantId,
    friendlyName: 'Dev',
    isDefault: true,
    allowedLogoutUrls: [],
    domains: ['localhost'],
  })
  await sql`insert into connections (tenant_id, connection_id, name, strategy)
    values (${tenantId}, ${CONNECTION}, 'users', 'auth0')`.execute(database.db)
})

after(() => database?.close())

const newInteraction = async (id: string) => {
  const expiresAt = new Date(Date.now() + 3_600_000)
  await saveInteraction(database.db, { tenantId, id, payload: {}, transactionId: undefined, expiresAt })
  return { tenantId, id }
}

const signUp = (key: { tenantId: typeof tenantId; id: string }, email: string) => {
  const userId = `auth0|${++users}`
  const user = { userId, connectionId: CONNECTION, email, name: email, nickname: email, passwordHash: 'h' }
  const transaction = { id: 'none', facts: {} }
  const answer = { result: { login: { accountId: userId } }, more: { session: null }, transaction }
  return signUpForInteraction(database.db, key, { ...user, isAdministrator: false }, answer)
}

const kindOf = (outcome: Awaited<ReturnType<typeof signUp>>) => (typeof outcome === 'string' ? outcome : 'created')

test('of sign-ups that are sent for one login at once, one creates its user, and the others find the login answered', async () => {
  const key = await newInteraction('parallel')
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, turn) => signUp(key, turn % 2 ? 'a@example.com' : `a${turn}@example.com`)),
  )
  assert.deepEqual(outcomes.map(kindOf).toSorted(), ['created', ...Array.from({ length: 9 }, () => 'went_on')])
  const created = outcomes.find(outcome => typeof outcome === 'object')
  const { payload } = (await findInteraction(database.db, key)) ?? {}
  assert.deepEqual(payload, { result: { login: { accountId: created?.userId } }, session: null })
})

test('an address that is taken leaves the login as it was', async () => {
  await signUp(await newInteraction('one'), 'taken@example.com')
  const key = await newInteraction('two')
  assert.equal(await signUp(key, 'Taken@example.com'), 'exists')
  assert.deepEqual((await findInteraction(database.db, key))?.payload, {})
  assert.equal(kindOf(await signUp(key, 'free@example.com')), 'created')
})

test('a login that was used creates no user', async () => {
  const key = await newInteraction('used')
  await useInteraction(database.db, key)
  assert.equal(await signUp(key, 'late@example.com'), 'went_on')
  const { rows } = await sql`select 1 from users where email = 'late@example.com'`.execute(database.db)
  assert.equal(rows.length, 0)
})

test('a login is reserved for one sign-up until it is given back, or its time is over', async () => {
  const key = await newInteraction('reserved')
  const results = await Promise.all(Array.from({ length: 10 }, () => reserveInteraction(database.db, key, 60)))
  const [first, ...others] = results.filter(reservation => reservation !== undefined)
  assert.ok(first)
  assert.equal(others.length, 0)
  await releaseInteraction(database.db, key, first)
  assert.ok(await reserveInteraction(database.db, key, 0))
  assert.ok(await reserveInteraction(database.db, key, 60))
  assert.equal(kindOf(await signUp(key, 'reserved@example.com')), 'created')
  assert.equal(await reserveInteraction(database.db, key, 60), undefined, 'it was answered')
})

test('a sign-up whose reservation is over does not give back the one of the next', async () => {
  const key = await newInteraction('late release')
  const late = await reserveInteraction(database.db, key, 0)
  assert.ok(late)
  assert.ok(await reserveInteraction(database.db, key, 60))
  await releaseInteraction(database.db, key, late)
  assert.equal(await reserveInteraction(database.db, key, 60), undefined)
})
