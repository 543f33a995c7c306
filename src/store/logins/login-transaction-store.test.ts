import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { systemRandom } from '../../base/random.ts'
import { createTransactionId, toTenantId } from '../../model/ids.ts'
import { insertTenant } from '../tenants/tenant-store.ts'
import {
  changeLoginTransaction,
  insertLoginTransaction,
  type LoginTransactionRecord,
  noteOnLoginTransaction,
  TRANSACTION_COLUMNS,
  toLoginTransaction,
} from './login-transaction-store.ts'

const tenantId = toTenantId('dev')
let database: TestDatabase

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

const begun = async (): Promise<LoginTransactionRecord> => {
  const record = {
    transactionId: createTransactionId(systemRandom),
    clientId: 'app',
    browserHash: 'b',
    deviceHash: 'd',
    request: { flow: 'login', params: { state: 'x' } },
    assignments: [],
    revision: 0,
  }
  await insertLoginTransaction(database.db, tenantId, record, new Date(Date.now() + 3_600_000))
  return record
}

const read = async ({ transactionId }: LoginTransactionRecord): Promise<LoginTransactionRecord> => {
  const row = await database.db
    .selectFrom('login_transactions as t')
    .select(TRANSACTION_COLUMNS)
    .where('t.transaction_id', '=', transactionId)
    .executeTakeFirstOrThrow()
  const record = toLoginTransaction(row)
  assert.ok(record)
  return record
}

const change = (before: LoginTransactionRecord, after: Partial<LoginTransactionRecord>) =>
  changeLoginTransaction(database.db, tenantId, before, { ...before, ...after })

test('of two changes of the same state the first counts, also where neither changes an assignment', async () => {
  const record = await begun()
  const [signUp, login] = [{ request: { flow: 'signup' } }, { request: { flow: 'login', awaits_user: false } }]
  assert.equal(await change(record, signUp), true)
  assert.equal(await change(record, login), false)
  const { request, revision } = await read(record)
  assert.deepEqual([request.flow, request.awaits_user, revision], ['signup', undefined, 1])
  const state = await read(record)
  const answers = await Promise.all(Array.from({ length: 5 }, () => change(state, login)))
  assert.equal(answers.filter(Boolean).length, 1)
  assert.equal(await change(await read(record), login), true, 'what is read anew can be changed')
})

test('what is noted is lost by no change of the state before it', async () => {
  const record = await begun()
  await noteOnLoginTransaction(database.db, tenantId, record.transactionId, { flow: 'signup' })
  assert.equal(await change(record, { request: { seen: true }, assignments: [{ experiment_id: 'exp_1' }] }), true)
  const { request, assignments } = await read(record)
  assert.deepEqual(request, { flow: 'signup', params: { state: 'x' }, seen: true, revision: 1 })
  assert.deepEqual(assignments, [{ experiment_id: 'exp_1' }])
})
