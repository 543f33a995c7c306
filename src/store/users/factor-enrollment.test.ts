import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { insertTestSession, insertTestTenant, insertTestUser, TENANT } from '../../../test/kit/test-tenant.ts'
import type { Db } from '../database/database.ts'
import {
  type FactorRequest,
  findFactorRequest,
  saveFactorRequest,
  settleFactorRequest,
} from '../logins/factor-request-store.ts'
import { endSession } from '../logins/session-end.ts'
import { listAuthenticationMethods } from './authentication-method-store.ts'
import { insertRecoveryCode, insertTotp } from './code-store.ts'
import { enrollFactor } from './factor-enrollment.ts'
import { deleteUser } from './user-writes.ts'

let database: TestDatabase
let logins = 0

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
})

after(() => database?.close())

/** A login that waits for an enrollment. */
const newLogin = async (): Promise<FactorRequest> => {
  const [userId, sessionId] = [await insertTestUser(database.db), `session-${++logins}`]
  await insertTestSession(database.db, userId, sessionId)
  const key = { tenantId: TENANT, transactionId: `transaction-${logins}`, userId, sessionId }
  await saveFactorRequest(database.db, key, {
    step: 'multi_factor',
    purpose: 'enrollment',
    choose: 'any',
    factors: ['otp'],
    offersRecoveryCode: true,
    allowsRememberedBrowser: false,
    query: {},
    startedAt: new Date(),
    expiresAt: new Date(Date.now() + 60_000),
  })
  return (await findFactorRequest(database.db, key)) ?? assert.fail()
}

const method = ({ key }: FactorRequest, type: string) => ({
  id: `${type}|${key.userId}`,
  userId: key.userId,
  name: type,
  createdAt: new Date(),
})

const addTotp = (request: FactorRequest) => async (db: Db) =>
  (await insertTotp(db, TENANT, { ...method(request, 'totp'), sealedSecret: 'sealed', lastStep: 1 }))
    ? ('created' as const)
    : ('exists' as const)

const enroll = (request: FactorRequest, insert: Parameters<typeof enrollFactor>[3] = addTotp(request)) =>
  enrollFactor(database.db, request, { factor: 'otp', by: 'enrollment' }, insert)

const methodsOf = async ({ key }: FactorRequest) =>
  (await listAuthenticationMethods(database.db, TENANT, key.userId)).map(({ type }) => type)

const proved = async ({ key }: FactorRequest) => {
  const now = await findFactorRequest(database.db, key)
  return [now?.proved, now?.enrolled]
}

test('an authenticator is stored and noted together, once', async () => {
  const login = await newLogin()
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => enroll(login)))
  assert.deepEqual(outcomes.toSorted(), ['created', 'exists', 'exists', 'exists'])
  assert.deepEqual(await methodsOf(login), ['totp'])
  assert.deepEqual(await proved(login), [['otp'], ['otp']])
})

test('what is given to the user proves nothing', async () => {
  const login = await newLogin()
  const code = { ...method(login, 'recovery-code'), codeHash: 'hash' }
  const insert = async (db: Db) => ((await insertRecoveryCode(db, TENANT, code)) ? 'created' : 'exists')
  const note = { factor: 'recovery-code', by: 'gift' } as const
  assert.equal(await enrollFactor(database.db, login, note, insert), 'created')
  assert.deepEqual(await proved(login), [[], ['recovery-code']])
})

test('what could not be stored is not noted', async () => {
  const login = await newLogin()
  assert.equal(await enroll(login, async () => 'limit'), 'limit')
  assert.deepEqual(await proved(login), [[], []])
})

test('a login that has ended adds nothing to the account', async () => {
  const [settled, loggedOut] = [await newLogin(), await newLogin()]
  await settleFactorRequest(database.db, settled, new Date())
  await endSession(database.db, TENANT, loggedOut.key.sessionId)
  for (const login of [settled, loggedOut]) {
    assert.equal(await enroll(login), 'ended')
    assert.deepEqual(await methodsOf(login), [])
  }
})

test('a user who is deleted meanwhile is no failure, whichever is first', async () => {
  for (let time = 0; time < 10; time += 1) {
    const login = await newLogin()
    const deleting = deleteUser({ db: database.db, tenantId: TENANT }, login.key.userId)
    const [outcome, deleted] = await Promise.all([enroll(login), deleting])
    assert.ok(['created', 'ended'].includes(outcome))
    assert.ok(deleted)
    assert.deepEqual(await methodsOf(login), [])
  }
})
