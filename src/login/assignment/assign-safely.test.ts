import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcomeOf } from '../../../test/kit/login-server.ts'
import { createSafeAssign } from './assign-safely.ts'
import type { Assign, AssignInput } from './assignment-port.ts'

/** The functions under test pass the input on without reading more than its ids. */
const input = { tenantId: 'dev', transactionId: 'x' } as unknown as AssignInput

const codesOf = async (assign: Assign): Promise<{ codes: string[]; logged: number }> => {
  const logged: unknown[] = []
  const safe = createSafeAssign({ assign, logError: error => logged.push(error) }, 20)
  const outcome = await safe(input)
  return { codes: outcome.warnings.map(({ code }) => code), logged: logged.length }
}

test('an outcome is passed on', async () => {
  assert.deepEqual(await codesOf(async () => outcomeOf()), { codes: [], logged: 0 })
})

test('a failure becomes a warning, thrown or rejected', async () => {
  const expected = { codes: ['experiment_assignment_failed'], logged: 1 }
  assert.deepEqual(await codesOf(() => Promise.reject(new TypeError('broken'))), expected)
  assert.deepEqual(
    await codesOf(() => {
      throw new TypeError('broken at once')
    }),
    expected,
  )
})

test('an assignment that does not come is not waited for', async () => {
  assert.deepEqual(await codesOf(() => new Promise(() => {})), {
    codes: ['experiment_assignment_timeout'],
    logged: 0,
  })
})
