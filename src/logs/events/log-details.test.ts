import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { toTenantId } from '../../model/ids.ts'
import type { TenantLog } from '../record/log-event.ts'

const AT = { tenant_id: toTenantId('dev'), date: 0 }

/** Types alone are under test: each line below that is marked must not compile. */
const recordAll = async (log: TenantLog, unchecked: JsonObject): Promise<void> => {
  const error = { message: 'no' }
  await log.record({ ...AT, type: 'fp', details: { error, session_id: 's1' } })
  await log.record({ ...AT, type: 'fp', details: {} })
  // @ts-expect-error a name that no type declares
  await log.record({ ...AT, type: 'fp', details: { colour: 'red' } })
  // @ts-expect-error a name of another type
  await log.record({ ...AT, type: 'fp', details: { error, familyId: 'f1' } })
  const ofAnother = { familyId: 'f1' }
  // @ts-expect-error a name of another type that comes with a spread
  await log.record({ ...AT, type: 'fp', details: { error, ...ofAnother } })
  // @ts-expect-error details of which nothing is known
  await log.record({ ...AT, type: 'fp', details: unchecked })
  // @ts-expect-error a detail that every event of the type has is missing
  await log.record({ ...AT, type: 'gd_auth_failed', details: { authenticator: { id: null, type: 'otp' } } })
  // @ts-expect-error a type that the table does not have
  await log.record({ ...AT, type: 'fcoa', details: {} })
}

test('the details of an event are those that its type declares', async () => {
  const types: string[] = []
  await recordAll({ record: async ({ type }) => String(types.push(type)) }, {})
  assert.deepEqual(types, [...Array(6).fill('fp'), 'gd_auth_failed', 'fcoa'])
})
