import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../test/kit/database.ts'
import { insertTestTenant, insertTestUser, TENANT } from '../../test/kit/test-tenant.ts'
import { toTenantId } from '../model/ids.ts'
import {
  findFactorRequest,
  keepPendingSecret,
  type NewFactorRequest,
  noteOnce,
  proveFactor,
  saveFactorRequest,
  settleFactorRequest,
} from './factor-request-store.ts'

let database: TestDatabase
let userId: string
let transactions = 0

const request = (wishes: Partial<NewFactorRequest> = {}): NewFactorRequest => ({
  userId,
  sessionId: 'session',
  step: 'multi_factor',
  purpose: 'challenge',
  choose: 'any',
  factors: ['otp', 'recovery-code'],
  offersRecoveryCode: true,
  allowsRememberedBrowser: false,
  query: {},
  startedAt: new Date(),
  expiresAt: new Date(Date.now() + 60_000),
  ...wishes,
})

const newKey = () => ({ tenantId: TENANT, transactionId: `transaction-${++transactions}` })

const saved = async (wishes: Partial<NewFactorRequest> = {}) => {
  const key = newKey()
  await saveFactorRequest(database.db, key, request(wishes))
  return key
}

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
  userId = await insertTestUser(database.db)
})

after(() => database?.close())

test('a request comes back as it was stored, to its own tenant', async () => {
  const key = newKey()
  const stored = request({ query: { experiment_id: 'exp_1' }, step: undefined })
  await saveFactorRequest(database.db, key, stored)
  assert.deepEqual(await findFactorRequest(database.db, key), {
    ...stored,
    proved: [],
    enrolled: [],
    sealedTotpSecret: undefined,
    sealedRecoveryCode: undefined,
    hasPasskey: false,
    settledAt: undefined,
  })
  assert.equal(await findFactorRequest(database.db, { ...key, tenantId: toTenantId('other') }), undefined)
})

test('a request whose time is over is not there', async () => {
  const key = await saved({ expiresAt: new Date(Date.now() - 1) })
  assert.equal(await findFactorRequest(database.db, key), undefined)
})

test('what was proved survives the next request of the transaction; everything else starts anew', async () => {
  const key = await saved()
  await proveFactor(database.db, key, 'otp', 'enrollment')
  await keepPendingSecret(database.db, key, 'sealed_totp_secret', 'sealed')
  await settleFactorRequest(database.db, key, new Date())
  await saveFactorRequest(database.db, key, request({ purpose: 'passkey' }))
  const next = await findFactorRequest(database.db, key)
  assert.deepEqual(next?.proved, ['otp'])
  assert.deepEqual([next?.enrolled, next?.sealedTotpSecret, next?.settledAt], [[], undefined, undefined])
})

test('what one user proved in one session proves nothing for another user or session', async () => {
  for (const change of [{ userId: await insertTestUser(database.db) }, { sessionId: 'another' }]) {
    const key = await saved()
    await proveFactor(database.db, key, 'otp', 'challenge')
    await saveFactorRequest(database.db, key, request(change))
    assert.deepEqual((await findFactorRequest(database.db, key))?.proved, [])
  }
})

test('the first secret that is offered stays, and a note is made once', async () => {
  const key = await saved()
  const kept = await Promise.all(
    ['a', 'b', 'c'].map(sealed => keepPendingSecret(database.db, key, 'sealed_recovery_code', sealed)),
  )
  assert.equal(new Set(kept).size, 1)
  const notes = await Promise.all(Array.from({ length: 5 }, () => noteOnce(database.db, key, 'challenge otp')))
  assert.equal(notes.filter(Boolean).length, 1)
  assert.equal(await noteOnce(database.db, key, 'challenge webauthn'), true)
})

test('a request is settled by one of those who try', async () => {
  const key = await saved()
  const settled = await Promise.all(Array.from({ length: 5 }, () => settleFactorRequest(database.db, key, new Date())))
  assert.equal(settled.filter(Boolean).length, 1)
  assert.ok((await findFactorRequest(database.db, key))?.settledAt)
})

test('a factor that is proved twice is listed once', async () => {
  const key = await saved()
  await proveFactor(database.db, key, 'otp', 'challenge')
  assert.deepEqual((await proveFactor(database.db, key, 'otp', 'challenge'))?.proved, ['otp'])
})
