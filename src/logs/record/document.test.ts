import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isJsonObject } from '../../base/json.ts'
import { toTenantId } from '../../model/ids.ts'
import { toLogDocument } from './document.ts'
import type { LogEventOf } from './log-event.ts'

const ORIGIN = { tenantName: 'dev', environmentName: 'self-hosted' }
const EVENT: LogEventOf<'s'> = { tenant_id: toTenantId('dev'), type: 's', date: 1_795_254_312_345, details: {} }
const EXPERIMENT = {
  experiment_id: 'exp_a',
  variation_id: 'var_b',
  is_control: false,
  allocation_strategy: 'percentage',
  assignment: 'auto',
} as const

test('a document names its time, its type, its tenant and the default description', () => {
  assert.deepEqual(toLogDocument(EVENT, ORIGIN), {
    date: '2026-11-21T09:45:12.345Z',
    type: 's',
    description: 'Successful login',
    tenant_name: 'dev',
    environment_name: 'self-hosted',
    details: {},
  })
})

test('the fields of the event are written under their names and the key of the tenant is not one of them', () => {
  const document = toLogDocument({ ...EVENT, description: 'Hello', user_id: 'auth0|1', ip: '203.0.113.7' }, ORIGIN)
  assert.equal(document.description, 'Hello')
  assert.equal(document.user_id, 'auth0|1')
  assert.equal(document.ip, '203.0.113.7')
  assert.ok(!Object.hasOwn(document, 'tenant_id'))
})

test('the experiment is written below the details, which stay as they are', () => {
  const document = toLogDocument({ ...EVENT, details: { session_id: 's1' }, experiment: EXPERIMENT }, ORIGIN)
  assert.deepEqual(document.details, { session_id: 's1', experiment: EXPERIMENT })
  assert.deepEqual(toLogDocument({ ...EVENT, experiment: EXPERIMENT }, ORIGIN).details, { experiment: EXPERIMENT })
})

test('the configuration of an assignment is never written, even when a caller passes it along', () => {
  const experiment = { ...EXPERIMENT, segment_id: 'seg_c', config: { secret: { value: 'x' } } }
  const { details } = toLogDocument({ ...EVENT, experiment }, ORIGIN)
  assert.ok(isJsonObject(details))
  assert.deepEqual(details.experiment, { ...EXPERIMENT, segment_id: 'seg_c' })
})

test('the browser decides whether the event is mobile, and an unknown browser says nothing', () => {
  const mobile = (user_agent: string) => toLogDocument({ ...EVENT, user_agent }, ORIGIN).isMobile
  assert.equal(mobile('Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148'), true)
  assert.equal(mobile('Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0 Safari/537.36'), false)
  assert.ok(!('isMobile' in toLogDocument(EVENT, ORIGIN)))
})

test('a date that is no time is refused', () => {
  assert.throws(() => toLogDocument({ ...EVENT, date: Number.NaN }, ORIGIN), RangeError)
})
