import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { insertTestTenant, insertTestUser, TENANT } from '../../../test/kit/test-tenant.ts'
import { isPasskeyPromptSnoozed, snoozePasskeyPrompt } from '../users/passkey-prompt-store.ts'
import { listSessionMethods, saveSessionMethod } from './session-method-store.ts'

const LATER = new Date(Date.now() + 3_600_000)
const at = (minutes: number) => new Date(Date.UTC(2026, 10, 21, 9, minutes))

let database: TestDatabase
let userId: string

before(async () => {
  database = await createTestDatabase()
  await insertTestTenant(database.db)
  userId = await insertTestUser(database.db)
})

after(() => database?.close())

test('a session lists what was proved in it since its last login, oldest first', async () => {
  const key = { tenantId: TENANT, sessionId: 's1', userId }
  const own = { name: 'https://example.com/method', amr: [], performedAt: at(5) }
  await saveSessionMethod(database.db, key, { name: 'mfa', amr: ['mfa', 'otp'], performedAt: at(1) }, LATER)
  await saveSessionMethod(database.db, key, own, LATER)
  assert.deepEqual(
    (await listSessionMethods(database.db, key, at(0))).map(({ name }) => name),
    ['mfa', own.name],
  )
  assert.deepEqual(await listSessionMethods(database.db, key, at(2)), [own], 'a new login outdates what came before')
  await saveSessionMethod(database.db, key, { name: 'mfa', amr: ['mfa', 'hwk'], performedAt: at(9) }, LATER)
  const [, again] = await listSessionMethods(database.db, key, at(2))
  assert.deepEqual(again, { name: 'mfa', amr: ['mfa', 'hwk'], performedAt: at(9) })
})

test('another session, and another user, have proved nothing', async () => {
  const key = { tenantId: TENANT, sessionId: 's2', userId }
  await saveSessionMethod(database.db, key, { name: 'mfa', amr: [], performedAt: at(1) }, LATER)
  assert.deepEqual(await listSessionMethods(database.db, { ...key, sessionId: 's3' }, at(0)), [])
  assert.deepEqual(await listSessionMethods(database.db, { ...key, userId: 'auth0|x' }, at(0)), [])
})

test('methods end with their session', async () => {
  const key = { tenantId: TENANT, sessionId: 's4', userId }
  await saveSessionMethod(database.db, key, { name: 'mfa', amr: [], performedAt: at(1) }, new Date(Date.now() - 1))
  assert.deepEqual(await listSessionMethods(database.db, key, at(0)), [])
})

test('"not now" lasts until its date, "never" for ever, and the last word counts', async () => {
  const asked = await insertTestUser(database.db)
  const isSnoozed = () => isPasskeyPromptSnoozed(database.db, TENANT, asked)
  assert.equal(await isSnoozed(), false)
  await snoozePasskeyPrompt(database.db, TENANT, asked, LATER)
  assert.equal(await isSnoozed(), true)
  await snoozePasskeyPrompt(database.db, TENANT, asked, new Date(Date.now() - 1))
  assert.equal(await isSnoozed(), false)
  await snoozePasskeyPrompt(database.db, TENANT, asked, undefined)
  assert.equal(await isSnoozed(), true)
  assert.equal(await isPasskeyPromptSnoozed(database.db, TENANT, userId), false)
})
