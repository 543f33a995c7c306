import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LoginEvent, problemsOf, renderTable, summarize } from './report.ts'

const VARIATIONS = [
  { variation_id: 'var_c', name: 'control', weight: 90 },
  { variation_id: 'var_t', name: 'treatment', weight: 10 },
]

const login = (device: string, variation: string): LoginEvent => ({
  type: 's',
  details: {
    device_id: device,
    experiment: { experiment_id: 'exp_1', variation_id: variation, is_control: variation === 'var_c' },
  },
})

const healthy = Array.from({ length: 100 }, (_, i) => login(`d${i}`, i % 10 === 0 ? 'var_t' : 'var_c'))

test('logins are counted per variation, devices once', () => {
  const report = summarize([...healthy, login('d0', 'var_t'), { type: 'seacft' }], 'exp_1', VARIATIONS)
  assert.equal(report.logins, 101)
  assert.equal(report.devices, 100)
  assert.deepEqual(
    report.rows.map(row => [row.logins, row.devices]),
    [
      [90, 90],
      [11, 10],
    ],
  )
  assert.deepEqual(problemsOf(report, { logins: 101, devices: 100 }), [])
})

test('each wrong number is a problem of its own', () => {
  const events = [...healthy, login('d0', 'var_c'), { type: 's', details: {} }]
  const problems = problemsOf(summarize(events, 'exp_1', VARIATIONS), { logins: 103, devices: 101 })
  assert.deepEqual(problems, [
    '103 logins were answered, but the log has 102',
    '101 devices logged in, but the log has 100',
    '1 logins carry no details.experiment',
    '1 devices switched their variation',
  ])
})

test('a share that chance does not explain is a problem', () => {
  const events = Array.from({ length: 2000 }, (_, i) => login(`d${i}`, i % 2 === 0 ? 'var_t' : 'var_c'))
  const problems = problemsOf(summarize(events, 'exp_1', VARIATIONS), { logins: 2000, devices: 2000 })
  assert.deepEqual(problems, [
    'control got 50.0 % of the devices; 90 % is configured',
    'treatment got 50.0 % of the devices; 10 % is configured',
  ])
})

test('the table lines its columns up', () => {
  const lines = renderTable(summarize(healthy, 'exp_1', VARIATIONS).rows).split('\n')
  assert.equal(lines.length, 4)
  assert.equal(new Set(lines.map(line => line.length)).size, 1)
  assert.match(lines[3] ?? '', /treatment +10 % +10 +10 +10\.0 % {2}\(5\.5 % – 17\.4 %\)/)
})
