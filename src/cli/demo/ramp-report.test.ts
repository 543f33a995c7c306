import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rampProblems, renderRamp, summarizeRamp } from './ramp-report.ts'
import type { LoginEvent } from './report.ts'

const event = (type: string, device: string, variation: 'var_c' | 'var_t'): LoginEvent => ({
  type,
  details: {
    device_id: device,
    experiment: { experiment_id: 'exp', variation_id: variation, is_control: variation === 'var_c' },
  },
})

const BEFORE = [event('s', 'a', 'var_t'), event('s', 'b', 'var_c'), event('gd_enrollment_complete', 'a', 'var_t')]

test('a ramp that only adds treated devices is fine', () => {
  const after = [event('s', 'a', 'var_t'), event('s', 'b', 'var_t'), event('passkey_enrollment_declined', 'b', 'var_t')]
  const report = summarizeRamp(BEFORE, after, 'var_t')
  assert.deepEqual(rampProblems(report, { devices: 2 }), [])
  assert.deepEqual([report.treatedBefore, report.treatedAfter, report.enrolled, report.declined], [1, 2, 1, 1])
  assert.match(renderRamp(report), /at 50 % +2 of 2 \(100\.0 %\)/)
})

test('a device that went back, a control login that was asked, a lost device are problems', () => {
  const after = [event('s', 'a', 'var_c'), event('gd_enrollment_complete', 'b', 'var_c')]
  assert.deepEqual(rampProblems(summarizeRamp(BEFORE, after, 'var_t'), { devices: 2 }), [
    '2 devices came back, but the log has 1',
    '1 treated devices went back to control',
    '1 control logins were asked for a passkey',
  ])
})
