import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { insertTestSession, insertTestTenant, insertTestUser, TENANT } from '../../../test/kit/test-tenant.ts'
import {
  type FactorRequest,
  findFactorRequest,
  type NewFactorRequest,
  saveFactorRequest,
  settleFactorRequest,
} from '../logins/factor-request-store.ts'
import { endSession } from '../logins/session-end.ts'
import { findCredential, type NewCredential } from './credential-store.ts'
import { activatePendingPasskey, keepPendingPasskey } from './pending-passkey-store.ts'

let database: TestDatabase
let userId: string
let made = 0

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
  userId = await insertTestUser(database.db)
  await insertTestSession(database.db, userId, 'session')
})

after(() => database?.close())

const request = (wishes: Partial<NewFactorRequest> = {}): NewFactorRequest => ({
  step: undefined,
  purpose: 'passkey',
  choose: 'first',
  factors: [],
  offersRecoveryCode: false,
  allowsRememberedBrowser: false,
  query: {},
  startedAt: new Date(),
  expiresAt: new Date(Date.now() + 60_000),
  ...wishes,
})

const newPasskey = (): NewCredential => {
  made += 1
  return {
    id: `passkey|dev_${made}`,
    userId,
    type: 'passkey',
    name: 'Passkey',
    createdAt: new Date(1_760_000_000_000),
    credential: {
      id: `credential-${made}`,
      transports: ['internal'],
      aaguid: 'a',
      backupEligible: true,
      backedUp: false,
    },
    publicKey: new Uint8Array([0, 1, 254, 255]),
    signCount: 7,
    userAgent: 'Browser',
  }
}

/** A login in whose course a passkey was created. */
const kept = async (added = newPasskey(), wishes: Partial<NewFactorRequest> = {}) => {
  const key = { tenantId: TENANT, transactionId: `transaction-${made}-${Math.random()}`, userId, sessionId: 'session' }
  await saveFactorRequest(database.db, key, request(wishes))
  const waiting = await findFactorRequest(database.db, key)
  assert.ok(waiting)
  assert.ok(await keep(waiting, added))
  return { key, added, waiting }
}

const keep = (waiting: FactorRequest, added = newPasskey()): Promise<boolean> =>
  keepPendingPasskey(database.db, waiting, { added, query: { experiment_id: 'exp_1' } })

test('a passkey that is kept with a login is no user’s credential until it is activated, and then as it was made', async () => {
  const { key, added } = await kept()
  assert.equal(await findCredential(database.db, TENANT, added.credential.id), undefined)
  assert.equal((await findFactorRequest(database.db, key))?.hasPasskey, true)
  const activated = await activatePendingPasskey(database.db, key)
  assert.deepEqual(activated, { added, query: { experiment_id: 'exp_1' }, outcome: 'created' })
  const stored = await findCredential(database.db, TENANT, added.credential.id)
  assert.deepEqual([stored?.userId, stored?.methodId, stored?.signCount], [userId, added.id, 7])
  assert.deepEqual([...(stored?.publicKey ?? [])], [0, 1, 254, 255])
  assert.deepEqual(stored?.credential, added.credential)
})

test('of several that activate it at the same time one does', async () => {
  const { key } = await kept()
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => activatePendingPasskey(database.db, key)))
  assert.deepEqual(
    outcomes.filter(outcome => outcome !== undefined).map(({ outcome }) => outcome),
    ['created'],
  )
})

test('neither another session nor another user gets it, nor does anybody when its time is over', async () => {
  const { key } = await kept()
  const stranger = await insertTestUser(database.db)
  for (const change of [{ sessionId: 'other' }, { userId: stranger }, { transactionId: 'other' }]) {
    assert.equal(await activatePendingPasskey(database.db, { ...key, ...change }), undefined)
  }
  await sql`update factor_requests set expires_at = now() where transaction_id = ${key.transactionId}`.execute(
    database.db,
  )
  assert.equal(await activatePendingPasskey(database.db, key), undefined)
})

test('a credential that another user has registered meanwhile stays with that one', async () => {
  const first = await kept()
  const second = await kept({ ...newPasskey(), credential: first.added.credential })
  assert.equal((await activatePendingPasskey(database.db, first.key))?.outcome, 'created')
  assert.equal((await activatePendingPasskey(database.db, second.key))?.outcome, 'exists')
  assert.equal((await findFactorRequest(database.db, second.key))?.hasPasskey, false)
})

test('it outlives what the login is asked for next, and not a change of the user or the session', async () => {
  const { key } = await kept()
  await saveFactorRequest(database.db, key, request({ step: 'multi_factor', purpose: 'challenge' }))
  assert.equal((await findFactorRequest(database.db, key))?.hasPasskey, true)
  const stranger = await insertTestUser(database.db)
  await insertTestSession(database.db, userId, 'other')
  await insertTestSession(database.db, stranger, 'of a stranger')
  for (const change of [{ sessionId: 'other' }, { userId: stranger, sessionId: 'of a stranger' }]) {
    const other = { ...key, ...change }
    await saveFactorRequest(database.db, other, request())
    assert.equal((await findFactorRequest(database.db, other))?.hasPasskey, false)
  }
})

test('a login that waits for something else, or that has ended, keeps none', async () => {
  const { key, waiting } = await kept()
  await saveFactorRequest(database.db, key, request())
  assert.equal(await keep(waiting), false, 'its page was of an earlier request')
  const now = await findFactorRequest(database.db, key)
  assert.ok(now)
  assert.equal(await keep(now, { ...newPasskey(), userId: 'auth0|other' }), false, 'of another user')
  assert.ok(await keep(now))
  await settleFactorRequest(database.db, now, new Date())
  assert.equal(await keep(now), false, 'settled')
})

test('of a session that has ended nothing is activated', async () => {
  await insertTestSession(database.db, userId, 'short')
  const key = { tenantId: TENANT, transactionId: 'ended', userId, sessionId: 'short' }
  await saveFactorRequest(database.db, key, request())
  const waiting = await findFactorRequest(database.db, key)
  assert.ok(waiting)
  assert.ok(await keep(waiting))
  await endSession(database.db, TENANT, 'short')
  assert.equal(await keep(waiting), false)
  assert.equal(await activatePendingPasskey(database.db, key), undefined)
})
