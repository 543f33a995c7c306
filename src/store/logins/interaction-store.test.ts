import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { toTenantId } from '../../model/ids.ts'
import { insertTenant } from '../tenants/tenant-store.ts'
import {
  answerInteraction,
  findInteraction,
  findLoginTrail,
  saveInteraction,
  useInteraction,
} from './interaction-store.ts'
import { insertOidcPayload } from './oidc-payload-store.ts'

const tenantId = toTenantId('dev')
const HOUR = 3_600_000

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

const key = (id: string) => ({ tenantId, id })

const save = (
  id: string,
  {
    payload = {},
    lifetime = HOUR,
    transactionId,
  }: { payload?: object; lifetime?: number; transactionId?: string } = {},
) =>
  saveInteraction(database.db, {
    ...key(id),
    payload: { prompt: 'login', ...payload },
    transactionId,
    expiresAt: new Date(Date.now() + lifetime),
  })

const many = (make: (turn: number) => Promise<boolean>): Promise<boolean[]> =>
  Promise.all(Array.from({ length: 20 }, (_, turn) => make(turn)))

test('an interaction is used once, however many try at the same time, and nothing of it is kept', async () => {
  await save('once')
  const results = await many(() => useInteraction(database.db, key('once')))
  assert.equal(results.filter(Boolean).length, 1)
  const used = await findInteraction(database.db, key('once'))
  assert.ok(used?.consumedAt)
  assert.deepEqual(used.payload, {})
})

test('a used interaction is neither answered nor written again', async () => {
  await save('over')
  await useInteraction(database.db, key('over'))
  assert.equal(await answerInteraction(database.db, key('over'), { login: {} }), false)
  assert.equal(await save('over'), false)
  assert.deepEqual((await findInteraction(database.db, key('over')))?.payload, {})
})

test('the first answer stays', async () => {
  await save('answered')
  const results = await many(turn => answerInteraction(database.db, key('answered'), { turn }, { session: turn }))
  const turn = results.indexOf(true)
  assert.equal(results.filter(Boolean).length, 1)
  const { payload } = (await findInteraction(database.db, key('answered'))) ?? {}
  assert.deepEqual(payload, { prompt: 'login', result: { turn }, session: turn })
})

test('one that waits can be written again by the engine', async () => {
  await save('again')
  assert.equal(await save('again', { payload: { prompt: 'consent' } }), true)
  assert.deepEqual((await findInteraction(database.db, key('again')))?.payload, { prompt: 'consent' })
})

test('one whose time is over is not found, answered or used', async () => {
  await save('late', { lifetime: -HOUR })
  assert.equal(await findInteraction(database.db, key('late')), undefined)
  assert.equal(await answerInteraction(database.db, key('late'), {}), false)
  assert.equal(await useInteraction(database.db, key('late')), false)
})

test('the trail of a login says where it waits, and whom it has logged in', async () => {
  const transactionId = 'trail'
  const trail = () => findLoginTrail(database.db, tenantId, transactionId)
  assert.deepEqual(await trail(), { waiting: undefined, acceptedUserId: undefined, usedAt: undefined })
  await save('first', { transactionId })
  assert.deepEqual((await trail()).waiting, { prompt: 'login' })
  await useInteraction(database.db, key('first'))
  await save('second', { transactionId, payload: { prompt: 'pipeline' } })
  const suspended = await trail()
  assert.deepEqual(suspended.waiting, { prompt: 'pipeline' })
  assert.ok(suspended.usedAt)
  await useInteraction(database.db, key('second'))
  await insertOidcPayload(database.db, {
    tenantId,
    model: 'Grant',
    id: transactionId,
    payload: { accountId: 'auth0|1' },
    grantId: transactionId,
    uid: undefined,
    expiresAt: new Date(Date.now() + HOUR),
  })
  const { waiting, acceptedUserId, usedAt } = await trail()
  assert.deepEqual([waiting, acceptedUserId], [undefined, 'auth0|1'])
  assert.ok(usedAt && usedAt >= suspended.usedAt)
})
