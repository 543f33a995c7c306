import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { systemRandom } from '../../base/random.ts'
import { createTransactionId, toTenantId } from '../../model/ids.ts'
import { deleteExpiredRows } from '../database/expired-rows.ts'
import { insertTenant } from '../tenants/tenant-store.ts'
import { insertLoginTransaction } from './login-transaction-store.ts'
import {
  consumeOidcPayload,
  deleteOidcPayload,
  deleteOidcPayloadsOfGrant,
  findOidcPayload,
  findOidcPayloadByUid,
  insertOidcPayload,
  type NewOidcPayload,
  updateOidcPayload,
} from './oidc-payload-store.ts'

const tenantId = toTenantId('dev')
const inAnHour = () => new Date(Date.now() + 3_600_000)
const anHourAgo = () => new Date(Date.now() - 3_600_000)

let database: TestDatabase

interface Wishes {
  readonly grantId?: string
  readonly uid?: string
  readonly expiresAt?: Date
  readonly payload?: object
  readonly model?: string
}

const entry = (id: string, more: Wishes = {}): NewOidcPayload => ({
  tenantId,
  model: more.model ?? 'AuthorizationCode',
  id,
  payload: { scope: 'openid', ...more.payload },
  grantId: more.grantId,
  uid: more.uid,
  expiresAt: more.expiresAt ?? inAnHour(),
})

const save = (id: string, more: Wishes = {}) => insertOidcPayload(database.db, entry(id, more))

const key = (id: string, model = 'AuthorizationCode') => ({ tenantId, model, id })

before(async () => {
  database = await createTestDatabase()
  await insertTenant(database.db, {
    tenantId,
    friendlyName: 'Dev',
    isDefault: true,
    allowedLogoutUrls: [],
    domains: ['localhost'],
  })
})

after(() => database?.close())

test('a code can be consumed once, however many try at the same time', async () => {
  await save('once')
  const results = await Promise.all(Array.from({ length: 20 }, () => consumeOidcPayload(database.db, key('once'))))
  assert.equal(results.filter(Boolean).length, 1)
  assert.ok((await findOidcPayload(database.db, key('once')))?.consumedAt)
})

test('a payload is stored once under its id', async () => {
  await save('taken')
  await assert.rejects(save('taken', { payload: { scope: 'all' } }), { constraint: 'oidc_payloads_pkey' })
  assert.deepEqual((await findOidcPayload(database.db, key('taken')))?.payload, { scope: 'openid' })
})

test('an update does not make a consumed payload fresh, nor bring back one that has ended', async () => {
  await save('again')
  await consumeOidcPayload(database.db, key('again'))
  await updateOidcPayload(database.db, entry('again', { payload: { scope: 'all' } }))
  const found = await findOidcPayload(database.db, key('again'))
  assert.deepEqual([found?.payload, found?.consumedAt !== undefined], [{ scope: 'all' }, true])
  await deleteOidcPayload(database.db, key('again'))
  await updateOidcPayload(database.db, entry('again'))
  assert.equal(await findOidcPayload(database.db, key('again')), undefined)
})

test('what has expired is not found, by its id or by its second id', async () => {
  await save('late', { uid: 'late-uid', expiresAt: anHourAgo() })
  assert.equal(await findOidcPayload(database.db, key('late')), undefined)
  assert.equal(
    await findOidcPayloadByUid(database.db, { tenantId, model: 'AuthorizationCode', uid: 'late-uid' }),
    undefined,
  )
})

test('no id stands in the table', async () => {
  await save('a-secret-id', { uid: 'a-secret-uid' })
  const { rows } = await sql<{ text: string }>`select p::text as text from oidc_payloads p`.execute(database.db)
  assert.ok(rows.length > 0)
  assert.ok(rows.every(({ text }) => !text.includes('a-secret')))
})

test('a payload is found by its second id', async () => {
  await save('second', { uid: 'second-uid' })
  const found = await findOidcPayloadByUid(database.db, { tenantId, model: 'AuthorizationCode', uid: 'second-uid' })
  assert.deepEqual(found?.payload, { scope: 'openid' })
})

test('a payload comes with the transaction that its grant names', async () => {
  const transactionId = createTransactionId(systemRandom)
  await insertLoginTransaction(
    database.db,
    tenantId,
    {
      transactionId,
      clientId: 'app',
      browserHash: 'b',
      deviceHash: 'd',
      request: { ip: '203.0.113.7' },
      assignments: [{ experiment_id: 'exp_1' }],
      revision: 0,
    },
    inAnHour(),
  )
  await save('joined', { grantId: transactionId })
  const found = await findOidcPayload(database.db, key('joined'))
  assert.equal(found?.transaction?.transactionId, transactionId)
  assert.deepEqual(found?.transaction?.assignments, [{ experiment_id: 'exp_1' }])
  await save('alone', { grantId: 'no-such-transaction' })
  assert.equal((await findOidcPayload(database.db, key('alone')))?.transaction, undefined)
})

test('revoking a grant deletes its payloads of one model only', async () => {
  await save('code', { grantId: 'g1' })
  await save('token', { grantId: 'g1', model: 'RefreshToken' })
  await deleteOidcPayloadsOfGrant(database.db, { tenantId, model: 'RefreshToken', grantId: 'g1' })
  assert.ok(await findOidcPayload(database.db, key('code')))
  assert.equal(await findOidcPayload(database.db, key('token', 'RefreshToken')), undefined)
  await deleteOidcPayload(database.db, key('code'))
  assert.equal(await findOidcPayload(database.db, key('code')), undefined)
})

test('another tenant sees nothing', async () => {
  await save('mine', { uid: 'mine-uid' })
  const other = toTenantId('other')
  assert.equal(await findOidcPayload(database.db, { ...key('mine'), tenantId: other }), undefined)
  assert.equal(await consumeOidcPayload(database.db, { ...key('mine'), tenantId: other }), false)
})

test('expired rows are deleted a bounded number at a time', async () => {
  await deleteExpiredRows(database.db, 'oidc_payloads', 1000)
  for (let index = 0; index < 5; index += 1) await save(`old-${index}`, { expiresAt: anHourAgo() })
  assert.equal(await deleteExpiredRows(database.db, 'oidc_payloads', 3), 3)
  assert.equal(await deleteExpiredRows(database.db, 'oidc_payloads', 3), 2)
  assert.equal(await deleteExpiredRows(database.db, 'oidc_payloads', 3), 0)
  assert.ok(await findOidcPayload(database.db, key('second')))
})
