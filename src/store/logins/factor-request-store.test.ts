import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { insertTestSession, insertTestTenant, insertTestUser, TENANT } from '../../../test/kit/test-tenant.ts'
import { toTenantId } from '../../model/ids.ts'
import { changeUser, deleteUser } from '../users/user-writes.ts'
import {
  advanceFactorRequest,
  type FactorRequest,
  type FactorRequestKey,
  findFactorRequest,
  keepPendingSecret,
  type NewFactorRequest,
  noteOnce,
  saveFactorRequest,
  settleFactorRequest,
} from './factor-request-store.ts'
import { hashPayloadId } from './oidc-payload-store.ts'
import { endSession } from './session-end.ts'

let database: TestDatabase
let userId: string
let stranger: string
let transactions = 0

const request = (wishes: Partial<NewFactorRequest> = {}): NewFactorRequest => ({
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

const newKey = (sessionId = 'session'): FactorRequestKey => ({
  tenantId: TENANT,
  transactionId: `transaction-${++transactions}`,
  userId,
  sessionId,
})

const current = async (key: FactorRequestKey): Promise<FactorRequest> =>
  (await findFactorRequest(database.db, key)) ?? assert.fail('there is no request')

const saved = async (wishes: Partial<NewFactorRequest> = {}, key = newKey()): Promise<FactorRequest> => {
  await saveFactorRequest(database.db, key, request(wishes))
  return current(key)
}

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
  userId = await insertTestUser(database.db)
  stranger = await insertTestUser(database.db)
  await insertTestSession(database.db, userId, 'session')
  await insertTestSession(database.db, userId, 'second')
  await insertTestSession(database.db, stranger, 'of a stranger')
})

after(() => database?.close())

test('a request comes back as it was stored, to its own tenant', async () => {
  const key = newKey()
  const stored = request({ query: { experiment_id: 'exp_1' }, step: undefined })
  await saveFactorRequest(database.db, key, stored)
  assert.deepEqual(await findFactorRequest(database.db, key), {
    ...stored,
    key,
    revision: 1,
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
  const key = newKey()
  await saveFactorRequest(database.db, key, request({ expiresAt: new Date(Date.now() - 1) }))
  assert.equal(await findFactorRequest(database.db, key), undefined)
})

test('what was proved survives the next request of the login; everything else starts anew', async () => {
  const first = await saved()
  assert.ok(await advanceFactorRequest(database.db, first, 'otp', 'enrollment'))
  await keepPendingSecret(database.db, first, 'sealed_totp_secret', 'sealed')
  await settleFactorRequest(database.db, first, new Date())
  const next = await saved({ purpose: 'passkey' }, first.key)
  assert.deepEqual(next.proved, ['otp'])
  assert.deepEqual([next.enrolled, next.sealedTotpSecret, next.settledAt], [[], undefined, undefined])
})

test('two logins of one transaction wait for two things: neither sees, replaces or advances the other’s', async () => {
  const own = await saved()
  const ofStranger = { userId: stranger, sessionId: 'of a stranger' }
  for (const change of [ofStranger, { sessionId: 'second' }, { transactionId: 'another' }]) {
    const other = { ...own.key, ...change }
    assert.equal(await findFactorRequest(database.db, other), undefined)
    assert.equal(await advanceFactorRequest(database.db, { ...own, key: other }, 'otp', 'challenge'), false)
    await saveFactorRequest(database.db, other, request({ purpose: 'enrollment' }))
    assert.deepEqual(await current(own.key), own)
  }
  assert.ok(await advanceFactorRequest(database.db, own, 'otp', 'challenge'))
  assert.deepEqual((await current({ ...own.key, ...ofStranger })).proved, [])
})

const rowOf = ({ transactionId }: FactorRequestKey) =>
  database.db
    .selectFrom('factor_requests')
    .selectAll()
    .where('transaction_id', '=', transactionId)
    .executeTakeFirstOrThrow()

/** Every way to advance a request, and whether it did. */
const ADVANCES: Readonly<Record<string, (request: FactorRequest) => Promise<boolean>>> = {
  challenge: request => advanceFactorRequest(database.db, request, 'otp', 'challenge'),
  enrollment: request => advanceFactorRequest(database.db, request, 'otp', 'enrollment'),
  gift: request => advanceFactorRequest(database.db, request, 'recovery-code', 'gift'),
  note: request => noteOnce(database.db, request, 'challenge otp'),
  secret: async request =>
    (await keepPendingSecret(database.db, request, 'sealed_totp_secret', 'sealed')) !== undefined,
  settle: request => settleFactorRequest(database.db, request, new Date()),
}

for (const [name, advance] of Object.entries(ADVANCES)) {
  test(`${name}: a request that has ended is not advanced, and neither is the one that followed it`, async () => {
    const settled = await saved({ purpose: 'enrollment' })
    assert.ok(await settleFactorRequest(database.db, settled, new Date()))
    assert.equal(await advance(settled), false, 'settled')

    const replaced = await saved({ purpose: 'enrollment' })
    const next = await saved({ purpose: 'enrollment' }, replaced.key)
    assert.equal(await advance(replaced), false, 'replaced')
    assert.deepEqual(await current(next.key), next)

    await insertTestSession(database.db, userId, `session of ${name}`)
    const waiting = await saved({ purpose: 'enrollment' }, newKey(`session of ${name}`))
    const before = await rowOf(waiting.key)
    await endSession(database.db, TENANT, `session of ${name}`)
    assert.equal(await advance(waiting), false, 'its session is over')
    assert.deepEqual(await rowOf(waiting.key), before)
    assert.equal(await findFactorRequest(database.db, waiting.key), undefined)

    await insertTestSession(database.db, userId, `late session of ${name}`)
    const late = await saved({ purpose: 'enrollment' }, newKey(`late session of ${name}`))
    await database.db
      .updateTable('oidc_payloads')
      .set({ expires_at: new Date(Date.now() - 1_000) })
      .where('uid_hash', '=', hashPayloadId(late.key.sessionId))
      .execute()
    assert.equal(await advance(late), false, 'the time of its session is over')

    const key = newKey('of a stranger')
    await saveFactorRequest(database.db, key, request({ purpose: 'enrollment' }))
    assert.equal(await advance({ ...next, key, revision: 1 }), false, 'the session is another user’s')
    assert.ok(await advance(next))
  })
}

test('a challenge is settled by a proof and by nothing else', async () => {
  const challenge = await saved()
  await assert.rejects(settleFactorRequest(database.db, challenge, new Date()), { constraint: 'factor_requests_proof' })
  await advanceFactorRequest(database.db, challenge, 'recovery-code', 'gift')
  await assert.rejects(settleFactorRequest(database.db, challenge, new Date()), { constraint: 'factor_requests_proof' })
  await advanceFactorRequest(database.db, challenge, 'otp', 'challenge')
  assert.ok(await settleFactorRequest(database.db, challenge, new Date()))
})

test('the first secret that is offered stays, and a note is made once', async () => {
  const waiting = await saved()
  const kept = await Promise.all(
    ['a', 'b', 'c'].map(sealed => keepPendingSecret(database.db, waiting, 'sealed_recovery_code', sealed)),
  )
  assert.equal(new Set(kept).size, 1)
  assert.ok(kept[0])
  const notes = await Promise.all(Array.from({ length: 5 }, () => noteOnce(database.db, waiting, 'challenge otp')))
  assert.equal(notes.filter(Boolean).length, 1)
  assert.equal(await noteOnce(database.db, waiting, 'challenge webauthn'), true)
})

test('a request is settled by one of those who try', async () => {
  const waiting = await saved({ purpose: 'passkey' })
  const settled = await Promise.all(
    Array.from({ length: 5 }, () => settleFactorRequest(database.db, waiting, new Date())),
  )
  assert.equal(settled.filter(Boolean).length, 1)
  assert.ok((await current(waiting.key)).settledAt)
})

test('of two right answers the first counts, also when they are of two factors; a factor is listed once', async () => {
  const waiting = await saved()
  const answers = ['otp', 'webauthn-roaming', 'otp'].map(factor =>
    advanceFactorRequest(database.db, waiting, factor, 'challenge'),
  )
  assert.equal((await Promise.all(answers)).filter(Boolean).length, 1)
  const { proved } = await current(waiting.key)
  assert.equal(proved.length, 1)
  const [first = ''] = proved
  const next = await saved({}, waiting.key)
  assert.ok(await advanceFactorRequest(database.db, next, first, 'challenge'), 'another request is another challenge')
  assert.deepEqual((await current(waiting.key)).proved, proved)
})

test('a new password, a block and the deletion of the user end every wait', async () => {
  const read = { db: database.db, tenantId: TENANT }
  const ends = [
    (id: string) => changeUser(read, id, { profile: {}, passwordHash: 'another', at: new Date() }),
    (id: string) => changeUser(read, id, { profile: { blocked: true }, at: new Date() }),
    (id: string) => deleteUser(read, id),
  ]
  for (const [index, end] of ends.entries()) {
    const id = await insertTestUser(database.db)
    await insertTestSession(database.db, id, `ends ${index}`)
    const { key } = await saved({}, { ...newKey(`ends ${index}`), userId: id })
    await end(id)
    const rows = await database.db.selectFrom('factor_requests').select('user_id').where('user_id', '=', id).execute()
    assert.deepEqual(rows, [])
    assert.equal(await findFactorRequest(database.db, key), undefined)
  }
})
