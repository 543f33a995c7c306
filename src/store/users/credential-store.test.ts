import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { insertTestTenant, insertTestUser, TENANT } from '../../../test/kit/test-tenant.ts'
import { toTenantId } from '../../model/ids.ts'
import { consumeChallenge } from '../logins/used-challenge-store.ts'
import { listAuthenticationMethods } from './authentication-method-store.ts'
import { type CredentialType, findCredential, insertCredential, useCredential } from './credential-store.ts'

const OTHER = toTenantId('other')
const at = new Date('2026-11-21T09:00:00Z')

let database: TestDatabase
let ids = 0

const newCredential = (userId: string, type: CredentialType = 'passkey') => {
  ids += 1
  return {
    id: `${type}|dev_${ids}`,
    userId,
    type,
    name: 'Passkey',
    createdAt: at,
    credential: {
      id: `credential-${ids}`,
      transports: ['internal'],
      aaguid: 'a',
      backupEligible: true,
      backedUp: false,
    },
    publicKey: new Uint8Array([1, 2, 3]),
    signCount: 0,
  }
}

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
  await insertTestTenant(database.db, OTHER)
})

after(() => database?.close())

test('a credential comes back as it was stored', async () => {
  const userId = await insertTestUser(database.db)
  const added = newCredential(userId)
  assert.equal(await insertCredential(database.db, TENANT, added), 'created')
  assert.deepEqual(await findCredential(database.db, TENANT, added.credential.id), {
    methodId: added.id,
    userId,
    type: 'passkey',
    name: 'Passkey',
    credential: added.credential,
    publicKey: added.publicKey,
    signCount: 0,
    userHandle: undefined,
  })
})

test('a passkey that was made elsewhere keeps the handle by which its authenticator knows the user', async () => {
  const added = { ...newCredential(await insertTestUser(database.db)), userHandle: 'aGFuZGxl' }
  assert.equal(await insertCredential(database.db, TENANT, added), 'created')
  assert.equal((await findCredential(database.db, TENANT, added.credential.id))?.userHandle, 'aGFuZGxl')
})

test('a user gets twenty passkeys and not one more, however many are added at the same time', async () => {
  const userId = await insertTestUser(database.db)
  const outcomes = await Promise.all(
    Array.from({ length: 25 }, () => insertCredential(database.db, TENANT, newCredential(userId))),
  )
  assert.equal(outcomes.filter(outcome => outcome === 'created').length, 20)
  assert.equal(outcomes.filter(outcome => outcome === 'limit').length, 5)
  assert.equal((await listAuthenticationMethods(database.db, TENANT, userId)).length, 20)
  assert.equal(await insertCredential(database.db, TENANT, newCredential(userId, 'webauthn-roaming')), 'created')
})

test('a credential id belongs to one user of a tenant; another tenant may know it too', async () => {
  const added = newCredential(await insertTestUser(database.db))
  assert.equal(await insertCredential(database.db, TENANT, added), 'created')
  const stolen = { ...added, id: 'other', userId: await insertTestUser(database.db) }
  assert.equal(await insertCredential(database.db, TENANT, stolen), 'exists')
  const elsewhere = { ...added, userId: await insertTestUser(database.db, OTHER) }
  assert.equal(await insertCredential(database.db, OTHER, elsewhere), 'created')
})

test('a counter must grow; an authenticator without one stays at zero', async () => {
  const added = newCredential(await insertTestUser(database.db))
  await insertCredential(database.db, TENANT, added)
  const owner = { userId: added.userId, methodId: added.id }
  const use = (signCount: number, user = owner) =>
    useCredential(database.db, TENANT, user, { signCount, backedUp: true, at })
  assert.equal(await use(100, { ...owner, userId: await insertTestUser(database.db) }), false, 'of another user')
  assert.equal(await use(0), true)
  assert.equal(await use(0), true)
  const racing = await Promise.all(Array.from({ length: 5 }, () => use(7)))
  assert.equal(racing.filter(Boolean).length, 1)
  assert.equal(await use(7), false)
  assert.equal(await use(0), false)
  assert.equal(await use(8), true)
  const found = await findCredential(database.db, TENANT, added.credential.id)
  assert.equal(found?.signCount, 8)
  assert.equal(found?.credential.backedUp, true)
})

test('a challenge is used once per tenant', async () => {
  const soon = new Date(Date.now() + 60_000)
  const results = await Promise.all(Array.from({ length: 10 }, () => consumeChallenge(database.db, TENANT, 'c', soon)))
  assert.equal(results.filter(Boolean).length, 1)
  assert.equal(await consumeChallenge(database.db, OTHER, 'c', soon), true)
})
