import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../test/kit/database.ts'
import { systemRandom } from '../../base/random.ts'
import type { ActionExecution } from '../../model/action-execution.ts'
import { createUuid } from '../../model/action-id.ts'
import { toTenantId } from '../../model/ids.ts'
import { deleteExpiredRows } from '../database/expired-rows.ts'
import { insertTenant } from '../tenants/tenant-store.ts'
import { loadExecution, recordExecution } from './action-execution-store.ts'

const tenantId = toTenantId('dev')
const DAY = 86_400_000
const now = new Date()

let database: TestDatabase

before(async () => {
  database = await createTestDatabase()
  await insertTenant(database.db, {
    tenantId,
    friendlyName: 'Dev',
    isDefault: true,
    allowedLogoutUrls: [],
    domains: [],
  })
})

after(() => database?.close())

const newExecution = (wishes: Partial<ActionExecution> = {}): ActionExecution => ({
  id: createUuid(systemRandom),
  triggerId: 'post-login',
  status: 'final',
  results: [{ actionName: 'One', startedAt: now.getTime(), endedAt: now.getTime() + 3 }],
  createdAt: now,
  updatedAt: now,
  ...wishes,
})

const load = (id: string, at = now) => loadExecution({ db: database.db, tenantId }, id, at)

test('an execution is read back as it was written', async () => {
  const execution = newExecution()
  await recordExecution(database.db, tenantId, execution)
  assert.deepEqual(await load(execution.id), execution)
})

test('a suspended execution that goes on is written again under its id', async () => {
  const suspended = newExecution({ status: 'suspended' })
  await recordExecution(database.db, tenantId, suspended)
  const later = new Date(now.getTime() + 5_000)
  const final = newExecution({ ...suspended, status: 'final', results: [], createdAt: later, updatedAt: later })
  await recordExecution(database.db, tenantId, final)
  assert.deepEqual(await load(suspended.id), { ...final, createdAt: now })
})

test('what an Action wrote to its console is kept, as far as the database can', async () => {
  const execution = newExecution({ results: [{ actionName: 'One', logs: 'a\0b', startedAt: 0, endedAt: 1 }] })
  await recordExecution(database.db, tenantId, execution)
  assert.equal((await load(execution.id)).results[0]?.logs, 'a\ufffdb')
})

test('all that an Action may throw can be written, cut to a kilobyte', async () => {
  const error = { id: 'action_error', msg: `\0\ud800${'x'.repeat(5_000)}` }
  const execution = newExecution({ results: [{ actionName: 'One', error, startedAt: 0, endedAt: 0 }] })
  await recordExecution(database.db, tenantId, execution)
  const [result] = (await load(execution.id)).results
  assert.equal(result?.error?.msg, `\uFFFD\uFFFD${'x'.repeat(1_022)}`)
})

test("another tenant's execution and one that never was are not found", async () => {
  const execution = newExecution()
  await recordExecution(database.db, tenantId, execution)
  await assert.rejects(loadExecution({ db: database.db, tenantId: toTenantId('other') }, execution.id, now), {
    code: 'inexistent_action_execution',
  })
  await assert.rejects(load('nothing'), { message: 'There is no execution "nothing".' })
})

test('after ten days an execution is not found, and is deleted a bounded number at a time', async () => {
  const old = new Date(now.getTime() - 10 * DAY)
  const executions = Array.from({ length: 3 }, () => newExecution({ createdAt: old }))
  for (const execution of executions) await recordExecution(database.db, tenantId, execution)
  await assert.rejects(load(executions[0]?.id ?? ''), { code: 'inexistent_action_execution' })
  assert.equal(await deleteExpiredRows(database.db, 'action_executions', 2), 2)
  assert.equal(await deleteExpiredRows(database.db, 'action_executions', 2), 1)
})
