import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { interleave } from '../../../test/kit/interleave.ts'
import { insertTestSession, insertTestTenant, insertTestUser, TENANT } from '../../../test/kit/test-tenant.ts'
import { toTenantId } from '../../model/ids.ts'
import { findOidcPayload, GRANT_MODEL, hashPayloadId, insertOidcPayload } from './oidc-payload-store.ts'
import { endGrants, endSession } from './session-end.ts'
import { insertToken, type NewToken, redeemCode, rotateRefreshToken } from './token-store.ts'

const expiresAt = new Date(Date.now() + 3_600_000)

let database: TestDatabase
let userId: string
let made = 0

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
  userId = await insertTestUser(database.db)
})

after(() => database?.close())

const newToken = (model: string, grantId: string, uid?: string): NewToken => {
  made += 1
  const payload = { accountId: userId }
  return { tenantId: TENANT, model, id: `${model} ${made}`, payload, grantId, uid, expiresAt }
}

const newGrant = async (end = expiresAt): Promise<string> => {
  const grantId = `grant-${++made}`
  const grant = newToken(GRANT_MODEL, grantId)
  await insertOidcPayload(database.db, { ...grant, id: grantId, expiresAt: end })
  return grantId
}

const find = ({ model, id }: NewToken) => findOidcPayload(database.db, { tenantId: TENANT, model, id })

/** A code, of a session of the user. */
const newCode = async (sessionId: string) => {
  const code = newToken('AuthorizationCode', await newGrant(), sessionId)
  await insertOidcPayload(database.db, code)
  return code
}

test('a code is redeemed once, however many try at the same time', async () => {
  await insertTestSession(database.db, userId, 'open')
  const code = await newCode('open')
  const results = await Promise.all(Array.from({ length: 20 }, () => redeemCode(database.db, code)))
  assert.equal(results.filter(Boolean).length, 1)
  assert.ok((await find(code))?.consumedAt)
})

test('a code is not redeemed once its session has ended or is over, or is another user’s, nor by another tenant', async () => {
  await insertTestSession(database.db, userId, 'ended')
  await insertTestSession(database.db, userId, 'over')
  await database.db
    .updateTable('oidc_payloads')
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .where('uid_hash', '=', hashPayloadId('over'))
    .execute()
  await insertTestSession(database.db, await insertTestUser(database.db), 'of a stranger')
  const codes = await Promise.all(['ended', 'over', 'of a stranger', 'never there'].map(newCode))
  assert.equal(await redeemCode(database.db, { ...(codes[0] ?? assert.fail()), tenantId: toTenantId('other') }), false)
  await endSession(database.db, TENANT, 'ended')
  for (const code of codes) assert.equal(await redeemCode(database.db, code), false)
})

test('a token is stored while its grant is there', async () => {
  const token = newToken('AccessToken', await newGrant())
  assert.ok(await insertToken(database.db, token))
  assert.deepEqual((await find(token))?.payload, token.payload)
  for (const grantId of [await newGrant(new Date(Date.now() - 1)), 'no grant']) {
    const late = newToken('AccessToken', grantId)
    assert.equal(await insertToken(database.db, late), false)
    assert.equal(await find(late), undefined)
  }
})

test('a refresh token and the one that follows it: of several requests one gets it', async () => {
  const grantId = await newGrant()
  const first = newToken('RefreshToken', grantId)
  await insertToken(database.db, first)
  const successors = Array.from({ length: 8 }, () => newToken('RefreshToken', grantId))
  const outcomes = await Promise.all(successors.map(next => rotateRefreshToken(database.db, first.id, next)))
  assert.deepEqual(outcomes.toSorted(), ['rotated', ...Array.from({ length: 7 }, () => 'used')])
  const stored = await Promise.all(successors.map(find))
  assert.deepEqual(
    stored.map(token => (token ? 'rotated' : 'used')),
    outcomes,
  )
  assert.ok((await find(first))?.consumedAt)
})

test('a token is followed by none of another grant', async () => {
  const first = newToken('RefreshToken', await newGrant())
  await insertToken(database.db, first)
  const foreign = newToken('RefreshToken', await newGrant())
  assert.equal(await rotateRefreshToken(database.db, first.id, foreign), 'ended')
  assert.deepEqual([(await find(first))?.consumedAt, await find(foreign)], [undefined, undefined])
})

test('a token that is stored while its grant is being ended comes too late, or the end of the grant finds it', async () => {
  const [late, early] = [newToken('AccessToken', await newGrant()), newToken('AccessToken', await newGrant())]
  const [, isStored] = await interleave(
    database.db,
    step => endGrants(step, TENANT, [late.grantId]),
    () => insertToken(database.db, late),
  )
  assert.deepEqual([isStored, await find(late)], [false, undefined])
  const [isWritten] = await interleave(
    database.db,
    step => insertToken(step, early),
    () => endGrants(database.db, TENANT, [early.grantId]),
  )
  assert.deepEqual([isWritten, await find(early)], [true, undefined])
})

test('a family that has ended is not continued, at whichever moment', async () => {
  for (let time = 0; time < 20; time += 1) {
    const grantId = await newGrant()
    const [first, next, late] = Array.from({ length: 3 }, () => newToken('RefreshToken', grantId))
    assert.ok(first && next && late)
    await insertToken(database.db, first)
    const [outcome] = await Promise.all([
      rotateRefreshToken(database.db, first.id, next),
      endGrants(database.db, TENANT, [grantId]),
    ])
    assert.ok(['rotated', 'ended'].includes(outcome), outcome)
    assert.equal(await rotateRefreshToken(database.db, next.id, late), 'ended')
    assert.deepEqual(await Promise.all([first, next, late].map(find)), [undefined, undefined, undefined])
  }
})
