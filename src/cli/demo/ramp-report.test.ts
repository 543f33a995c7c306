import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rampProblems, renderRamp, summarizeRamp } from './ramp-report.ts'
import type { LoginEvent } from './report.ts'

type Variation = 'var_c' | 'var_t'

const event = (type: string, device: string, variation: Variation, ...prompts: string[]): LoginEvent => ({
  type,
  details: {
    device_id: device,
    experiment: { experiment_id: 'exp', variation_id: variation, is_control: variation === 'var_c' },
    prompts: prompts.map(name => ({ name })),
  },
})

const treated = (device: string): LoginEvent => event('s', device, 'var_t', 'login', 'redirect')

const control = (device: string): LoginEvent => event('s', device, 'var_c', 'login')

const BEFORE = [treated('a'), control('b'), event('gd_enrollment_complete', 'a', 'var_t')]

test('a ramp that only adds treated devices is fine', () => {
  const after = [treated('a'), treated('b'), event('passkey_enrollment_declined', 'b', 'var_t')]
  const report = summarizeRamp(BEFORE, after, 'var_t')
  assert.deepEqual(rampProblems(report, { devices: 2 }), [])
  assert.deepEqual([report.treatedBefore, report.treatedAfter], [1, 2])
  const { name: _, ...row } = report.treatment
  assert.deepEqual(row, { logins: 3, failed: 0, sentAway: 3, enrolled: 1, declined: 1 })
  const text = renderRamp(report)
  assert.match(text, /at 50 % +2 of 2 \(100\.0 %\)/)
  assert.match(text, /treatment +3 +0\.0 % +3 +1 +1 +33\.3 %/)
  assert.match(text, /control +1 +0\.0 % +0 +0 +0 +0\.0 %/)
})

test('a device that went back, control logins that were asked, a lost device are problems', () => {
  const after = [
    event('s', 'a', 'var_c', 'redirect'),
    event('gd_enrollment_complete', 'b', 'var_c'),
    event('passkey_enrollment_declined', 'b', 'var_c'),
  ]
  assert.deepEqual(rampProblems(summarizeRamp(BEFORE, after, 'var_t'), { devices: 2 }), [
    '2 devices came back, but the log has 1',
    '1 treated devices went back to control',
    '1 control logins were sent to the enrolment page',
    '2 control logins were asked for a passkey',
  ])
})

test('a treated login that went straight on is a problem', () => {
  const after = [treated('a'), event('s', 'b', 'var_t', 'login')]
  assert.deepEqual(rampProblems(summarizeRamp(BEFORE, after, 'var_t'), { devices: 2 }), [
    '1 treated logins were not sent to the enrolment page',
  ])
})

test('what failed is part of the rate that it lowers', () => {
  const report = summarizeRamp(BEFORE, [control('b'), event('fp', 'b', 'var_c')], 'var_t')
  assert.match(renderRamp(report), /control +2 +33\.3 %/)
})
