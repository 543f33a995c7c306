import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rampProblems, renderRamp, summarizeRamp } from './ramp-report.ts'
import type { LoginEvent } from './report.ts'

type Variation = 'var_c' | 'var_t'

/** Each device is that of a person of the same name, unless it says `person/device`. */
const event = (type: string, device: string, variation: Variation, ...prompts: string[]): LoginEvent => ({
  type,
  user_id: device.split('/')[0] ?? device,
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
  assert.deepEqual(row, { logins: 3, failed: 0, sentAway: 3, people: 2, asked: 2, enrolled: 1 })
  const text = renderRamp(report)
  assert.match(text, /at 50 % +2 of 2 \(100\.0 %\)/)
  assert.match(text, /treatment +3 +0\.0 % +2 +2 +1 +50\.0 % {2}\(9\.5 % – 90\.5 %\)/)
  assert.match(text, /control +1 +0\.0 % +1 +0 +0 +–/)
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
    '1 persons were asked for a passkey by control logins',
  ])
})

test('a treated login that went straight on is a problem', () => {
  const after = [treated('a'), event('s', 'b', 'var_t', 'login')]
  assert.deepEqual(rampProblems(summarizeRamp(BEFORE, after, 'var_t'), { devices: 2 }), [
    '1 treated logins were not sent to the enrolment page',
  ])
})

test('a person with several devices counts once, as asked and as having a passkey', () => {
  const answers = [
    event('passkey_enrollment_declined', 'ada/phone', 'var_t'),
    event('gd_enrollment_complete', 'ada/laptop', 'var_t'),
    event('passkey_enrollment_declined', 'bob/phone', 'var_t'),
    event('passkey_enrollment_declined', 'bob/laptop', 'var_t'),
  ]
  const { people, asked, enrolled } = summarizeRamp(
    [treated('ada/phone')],
    [treated('bob/phone'), ...answers],
    'var_t',
  ).treatment
  assert.deepEqual({ people, asked, enrolled }, { people: 2, asked: 2, enrolled: 1 })
})

test('what failed is part of the rate that it lowers', () => {
  const report = summarizeRamp(BEFORE, [control('b'), event('fp', 'b', 'var_c')], 'var_t')
  assert.match(renderRamp(report), /control +2 +33\.3 %/)
})
