import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { toTenantId } from '../../model/ids.ts'
import { clearLoginFailures, countLoginFailure } from '../logins/login-failure-store.ts'
import { insertConnection } from '../tenants/connection-store.ts'
import { findTenantByDomain, insertTenant } from '../tenants/tenant-store.ts'
import { findSignInFacts } from './sign-in-facts.ts'
import { findUser } from './user-store.ts'
import { insertUser, replacePasswordHash } from './user-writes.ts'

const tenantId = toTenantId('dev')
const connectionId = 'con_1'

let database: TestDatabase

const newUser = (userId: string, email: string) => ({
  userId,
  connectionId,
  email,
  name: email,
  nickname: 'ada',
  passwordHash: 'hash-1',
  isAdministrator: false,
})

const facts = (email: string, failureHash = 'none') =>
  findSignInFacts(database.db, tenantId, { connectionId, email, failureHash, senderHash: 'sender' })

before(async () => {
  database = await createTestDatabase()
  const tenant = {
    tenantId,
    friendlyName: 'Dev',
    isDefault: true,
    allowedLogoutUrls: [],
    domains: ['login.example.com'],
  }
  assert.equal(await insertTenant(database.db, tenant), true)
  assert.equal(await insertTenant(database.db, tenant), false)
  await insertConnection(database.db, tenantId, { id: connectionId, name: 'Users', strategy: 'auth0', options: {} })
})

after(() => database?.close())

test('a host name finds its tenant, and an unknown one the default tenant', async () => {
  const other = toTenantId('other')
  await insertTenant(database.db, {
    tenantId: other,
    friendlyName: 'Other',
    isDefault: false,
    allowedLogoutUrls: ['https://other.example/'],
    domains: ['Other.Example.com'],
  })
  assert.equal((await findTenantByDomain(database.db, 'login.example.com'))?.tenantId, tenantId)
  assert.deepEqual(await findTenantByDomain(database.db, 'other.example.com'), {
    tenantId: other,
    friendlyName: 'Other',
    isDefault: false,
    allowedLogoutUrls: ['https://other.example/'],
  })
  assert.equal((await findTenantByDomain(database.db, '127.0.0.1'))?.tenantId, tenantId)
})

test('of concurrent sign-ups with one address exactly one succeeds, without regard to the case of its letters', async () => {
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      insertUser(
        { db: database.db, tenantId },
        newUser(`auth0|${index}`, index % 2 ? 'Ada@example.com' : 'ada@example.com'),
      ),
    ),
  )
  assert.equal(results.filter(Boolean).length, 1)
  const { found } = await facts('ada@example.com')
  assert.equal(found?.passwordHash, 'hash-1')
})

test('the hash of a password does not leave with the user', async () => {
  await insertUser({ db: database.db, tenantId }, newUser('auth0|grace', 'grace@example.com'))
  const user = await findUser(database.db, tenantId, 'auth0|grace')
  assert.equal(user?.email, 'grace@example.com')
  assert.ok(!JSON.stringify(user).includes('hash-1'))
})

test('a hash is not replaced after the password was changed', async () => {
  await insertUser({ db: database.db, tenantId }, newUser('auth0|rehash', 'rehash@example.com'))
  await replacePasswordHash({ db: database.db, tenantId }, 'auth0|rehash', { from: 'hash-0', to: 'hash-2' })
  assert.equal((await facts('rehash@example.com')).found?.passwordHash, 'hash-1')
  await replacePasswordHash({ db: database.db, tenantId }, 'auth0|rehash', { from: 'hash-1', to: 'hash-2' })
  assert.equal((await facts('rehash@example.com')).found?.passwordHash, 'hash-2')
})

test('the failure that reaches the limit blocks, and a success starts from nothing', async () => {
  const limit = { failures: 3, seconds: 60 }
  const counted = await Promise.all(
    Array.from({ length: 3 }, () => countLoginFailure(database.db, tenantId, 'pair', limit)),
  )
  assert.deepEqual(counted.map(({ failures, blockedUntil }) => [failures, blockedUntil !== undefined]).toSorted(), [
    [1, false],
    [2, false],
    [3, true],
  ])
  const { found, failures } = await facts('nobody@example.com', 'pair')
  assert.deepEqual([found, failures?.failures, failures?.blockedUntil !== undefined], [undefined, 3, true])
  await clearLoginFailures(database.db, tenantId, 'pair')
  assert.equal((await facts('nobody@example.com', 'pair')).failures, undefined)
})

test('failures that are far apart are not in a row', async () => {
  const limit = { failures: 2, seconds: 0 }
  await countLoginFailure(database.db, tenantId, 'slow', limit)
  assert.equal((await countLoginFailure(database.db, tenantId, 'slow', limit)).failures, 1)
})
