import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LOG_FIELD_NAMES, logField } from '../../model/log-field.ts'
import { columnEntries, toRow } from './columns.ts'

const NAMES = [
  'log_id date type description tenant_name environment_name client_id client_name connection connection_id strategy',
  'strategy_type user_id user_name agent_id ip hostname user_agent is_mobile audience scope organization_id',
  'organization_name references_correlation_id details_session_id details_transaction_id details_device_id',
  'details_experiment_experiment_id details_experiment_variation_id details_experiment_is_control',
  'details_experiment_allocation_strategy details_experiment_segment_id details other details_experiment_assignment',
]
  .join(' ')
  .split(' ')

const rowOf = (event: object) =>
  Object.fromEntries(toRow({ log_id: '900', ...event }).map((cell, index) => [NAMES[index], cell]))

test('the columns are those of yesterday: files of different days are read as one', () => {
  assert.deepEqual(
    columnEntries().map(([name]) => name),
    NAMES,
  )
})

test('a column is named after its path, and every field that can be searched has one', () => {
  const paths = columnEntries().map(([name, { path }]) => {
    const expected = path.join('_').replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
    if (path.length > 0) assert.equal(name, expected)
    return path.join('.')
  })
  for (const field of LOG_FIELD_NAMES) assert.ok(paths.includes(logField(field).path.join('.')), field)
})

test('the experiment of an event is flat, and all details are there once more', () => {
  const details = { device_id: 'd', experiment: { experiment_id: 'exp_1', variation_id: 'var_1', is_control: false } }
  const row = rowOf({ date: '2026-11-21T09:45:12.345Z', type: 's', isMobile: true, details })
  assert.deepEqual(row.date, new Date(Date.UTC(2026, 10, 21, 9, 45, 12, 345)))
  assert.equal(row.is_mobile, true)
  assert.equal(row.details_device_id, 'd')
  assert.equal(row.details_experiment_experiment_id, 'exp_1')
  assert.equal(row.details_experiment_is_control, false)
  assert.equal(row.details_experiment_segment_id, null)
  assert.deepEqual(JSON.parse(String(row.details)), details)
  assert.equal(row.other, null)
})

test('a field without a column is not lost', () => {
  const references = { correlation_id: 'c', more: 1 }
  const { other, references_correlation_id } = rowOf({ _id: '900', location_info: { country_code: 'DE' }, references })
  assert.deepEqual(JSON.parse(String(other)), { location_info: { country_code: 'DE' }, references })
  assert.equal(references_correlation_id, 'c')
})

test('a value of another type than its column does not break the row', () => {
  const row = rowOf({
    date: 'yesterday',
    type: 7,
    user_name: { first: 'Ada' },
    ip: null,
    isMobile: 'yes',
    details: 'none',
    references: ['correlation_id'],
  })
  assert.deepEqual(
    [row.date, row.type, row.user_name, row.ip, row.is_mobile, row.details, row.details_session_id],
    [null, '7', '{"first":"Ada"}', null, null, 'none', null],
  )
  assert.equal(row.references_correlation_id, null)
})

test('a document with names from the prototype of objects has no values there', () => {
  const row = rowOf(JSON.parse('{"__proto__":{"type":"s"},"details":{"constructor":1,"__proto__":{"device_id":"x"}}}'))
  assert.equal(row.type, null)
  assert.equal(row.details_device_id, null)
})
