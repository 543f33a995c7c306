import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Experiment } from './experiment.ts'
import { advanceRamp } from './ramp.ts'

const at = (current_level: number | null, status: Experiment['status'] = 'active', levels?: number[]): Experiment => ({
  id: 'exp_1',
  experiment_id: 'exp_1',
  name: 'Ramp',
  feature_flag_id: 'flg_1',
  authentication_flow: 'authentication',
  allocation_strategy: 'percentage',
  assignment_config: { subject: 'device' },
  status,
  is_valid: true,
  allocations: [],
  feature_flag_snapshot: null,
  editable_fields: [],
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  levels: levels ?? [10, 25, 100],
  current_level,
})

test('the next level is reached, the current one is confirmed', () => {
  const step = { experiment_id: 'exp_1', from_level: 10, to_level: 25, current_level: 25 }
  assert.deepEqual(advanceRamp(at(10), 25), step)
  assert.deepEqual(advanceRamp(at(25), 25), { ...step, from_level: 25 })
})

test('no level is skipped, none is taken back, and the last is the end', () => {
  const refused = (from: number, to: number, message: RegExp) =>
    assert.throws(() => advanceRamp(at(from), to), { code: 'ramp_level_not_next', message })
  refused(10, 100, /the next one is 25/)
  refused(25, 10, /the next one is 100/)
  refused(10, 11, /the next one is 25/)
  refused(100, 99, /that is the last one/)
})

test('only an active experiment with levels can advance', () => {
  for (const status of ['draft', 'paused', 'completed', 'archived'] as const) {
    assert.throws(() => advanceRamp(at(10, status), 25), { code: 'experiment_not_ramping' })
  }
  const { levels: _, current_level: __, ...plain } = at(null)
  assert.throws(() => advanceRamp(plain, 25), { code: 'experiment_not_ramping' })
})
