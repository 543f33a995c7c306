import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createActionApi } from '../../../test/kit/action-api.ts'
import { assertRefused, TENANT } from '../../../test/kit/management-api.ts'
import { recordExecution } from '../../store/actions/action-execution-store.ts'

const id = '910b1053-577f-4d81-a8c8-020e7319a38a'

test('an execution is shown as it was recorded, and none that was not', async () => {
  await using api = await createActionApi()
  const at = new Date('2026-11-21T10:00:00.000Z')
  await recordExecution(api.db, TENANT, {
    id,
    triggerId: 'post-login',
    status: 'partial',
    results: [
      { actionName: 'One', startedAt: at.getTime(), endedAt: at.getTime() + 2 },
      {
        actionName: 'Two',
        error: { id: 'action_error', msg: 'boom' },
        startedAt: at.getTime() + 2,
        endedAt: at.getTime() + 3,
      },
    ],
    createdAt: at,
    updatedAt: at,
  })
  await api.db
    .updateTable('action_executions')
    .set({ expires_at: new Date(Date.now() + 60_000) })
    .execute()
  const { status, body } = await api.act('GET', `/executions/${id}`)
  assert.equal(status, 200)
  assert.deepEqual(body, {
    id,
    trigger_id: 'post-login',
    status: 'partial',
    results: [
      { action_name: 'One', started_at: '2026-11-21T10:00:00.000Z', ended_at: '2026-11-21T10:00:00.002Z' },
      {
        action_name: 'Two',
        error: { id: 'action_error', msg: 'boom' },
        started_at: '2026-11-21T10:00:00.002Z',
        ended_at: '2026-11-21T10:00:00.003Z',
      },
    ],
    created_at: '2026-11-21T10:00:00.000Z',
    updated_at: '2026-11-21T10:00:00.000Z',
  })
  for (const other of ['910b1053-577f-4d81-a8c8-020e7319a38b', 'nothing'])
    assertRefused(await api.act('GET', `/executions/${other}`), 404, 'inexistent_action_execution')
})
