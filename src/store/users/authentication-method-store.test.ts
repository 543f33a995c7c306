import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { insertTestTenant, insertTestUser, TENANT } from '../../../test/kit/test-tenant.ts'
import { toTenantId } from '../../model/ids.ts'
import { listAuthenticationMethods, removeAuthenticationMethod } from './authentication-method-store.ts'
import { consumeRecoveryCode, findTotp, insertRecoveryCode, insertTotp, useTotpStep } from './code-store.ts'

const OTHER = toTenantId('other')
const at = new Date('2026-11-21T09:00:00Z')

const INEXISTENT = { code: 'inexistent_authentication_method', message: /^The user has no authentication method / }

let database: TestDatabase
let ids = 0

const newMethod = (userId: string) => ({ id: `totp|dev_${++ids}`, userId, name: 'Authenticator app', createdAt: at })

const totpFor = async (userId: string, lastStep = 100) => {
  const method = newMethod(userId)
  assert.ok(await insertTotp(database.db, TENANT, { ...method, sealedSecret: 'sealed', lastStep }))
  return method.id
}

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
  await insertTestTenant(database.db, OTHER)
})

after(() => database?.close())

test('a user has one TOTP, however many try to add one at the same time', async () => {
  const userId = await insertTestUser(database.db)
  const results = await Promise.all(
    Array.from({ length: 8 }, () =>
      insertTotp(database.db, TENANT, { ...newMethod(userId), sealedSecret: 'sealed', lastStep: 1 }),
    ),
  )
  assert.equal(results.filter(Boolean).length, 1)
  assert.equal((await listAuthenticationMethods(database.db, TENANT, userId)).length, 1)
})

test('a time step is used once, by its user, and none before it is used later', async () => {
  const [userId, stranger] = [await insertTestUser(database.db), await insertTestUser(database.db)]
  const methodId = await totpFor(userId, 100)
  const use = (step: number) => useTotpStep(database.db, TENANT, { userId, methodId }, { step, at })
  assert.equal(await useTotpStep(database.db, TENANT, { userId: stranger, methodId }, { step: 900, at }), false)
  assert.equal(await use(100), false, 'the step that confirmed the method')
  const results = await Promise.all(Array.from({ length: 10 }, () => use(101)))
  assert.equal(results.filter(Boolean).length, 1)
  assert.equal(await use(99), false)
  assert.equal(await use(102), true)
})

test('a list shows no secrets, and when a method was last used', async () => {
  const userId = await insertTestUser(database.db)
  const id = await totpFor(userId)
  await useTotpStep(database.db, TENANT, { userId, methodId: id }, { step: 200, at })
  assert.deepEqual(await listAuthenticationMethods(database.db, TENANT, userId), [
    { id, type: 'totp', name: 'Authenticator app', createdAt: at, lastAuthAt: at, credential: undefined },
  ])
})

test('a recovery code is used up by the first request, and only by its user', async () => {
  const [userId, stranger] = [await insertTestUser(database.db), await insertTestUser(database.db)]
  const method = { ...newMethod(userId), codeHash: 'hash-of-code' }
  assert.equal(await insertRecoveryCode(database.db, TENANT, method), true)
  assert.equal(await insertRecoveryCode(database.db, TENANT, { ...method, id: 'second' }), false)
  assert.equal(await consumeRecoveryCode(database.db, TENANT, stranger, 'hash-of-code'), undefined)
  assert.equal(await consumeRecoveryCode(database.db, TENANT, userId, 'another-hash'), undefined)
  const results = await Promise.all(
    Array.from({ length: 10 }, () => consumeRecoveryCode(database.db, TENANT, userId, 'hash-of-code')),
  )
  assert.deepEqual(
    results.filter(id => id !== undefined),
    [method.id],
  )
})

test('methods of a tenant cannot be seen, used or deleted from another', async () => {
  const userId = await insertTestUser(database.db)
  const id = await totpFor(userId)
  assert.deepEqual(await listAuthenticationMethods(database.db, OTHER, userId), [])
  assert.equal(await findTotp(database.db, OTHER, userId), undefined)
  assert.equal(await useTotpStep(database.db, OTHER, { userId, methodId: id }, { step: 500, at }), false)
  await assert.rejects(removeAuthenticationMethod(database.db, { tenantId: OTHER, userId }, id), INEXISTENT)
})

test('a deleted method is gone, and another user cannot delete it', async () => {
  const userId = await insertTestUser(database.db)
  const id = await totpFor(userId)
  const stranger = { tenantId: TENANT, userId: await insertTestUser(database.db) }
  await assert.rejects(removeAuthenticationMethod(database.db, stranger, id), INEXISTENT)
  assert.equal((await removeAuthenticationMethod(database.db, { tenantId: TENANT, userId }, id)).type, 'totp')
  assert.equal(await findTotp(database.db, TENANT, userId), undefined)
})

test('a user who is deleted leaves no methods behind', async () => {
  const userId = await insertTestUser(database.db)
  await totpFor(userId)
  await database.db.deleteFrom('users').where('user_id', '=', userId).execute()
  assert.deepEqual(await listAuthenticationMethods(database.db, TENANT, userId), [])
})
