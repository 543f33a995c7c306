import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Experiment } from './experiment.ts'
import { editExperiment } from './experiment-change.ts'
import type { ExperimentSurroundings } from './experiment-checks.ts'
import { requireDeletable, transitionExperiment } from './experiment-transition.ts'

const times = { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' }
const variation = (id: string) => ({
  id,
  variation_id: id,
  feature_flag_id: 'flg_1',
  name: id,
  overrides: {},
  ...times,
})
const around: ExperimentSurroundings = {
  flag: {
    id: 'flg_1',
    feature_flag_id: 'flg_1',
    name: 'Flag',
    type: 'self',
    status: 'active',
    parameters: { on: { type: 'boolean', value: false } },
    ...times,
  },
  variations: [variation('var_1'), variation('var_2')],
  segments: [],
  activeOthers: [],
  activeLimit: 'one',
}
const draft: Experiment = {
  id: 'exp_1',
  experiment_id: 'exp_1',
  name: 'Experiment',
  feature_flag_id: 'flg_1',
  authentication_flow: 'authentication',
  allocation_strategy: 'percentage',
  assignment_config: { subject: 'device' },
  levels: [10, 50],
  current_level: null,
  status: 'draft',
  is_valid: false,
  allocations: [
    { variation_id: 'var_1', is_control: true, variation_snapshot: null },
    { variation_id: 'var_2', is_control: false, variation_snapshot: null },
  ],
  feature_flag_snapshot: null,
  editable_fields: [],
  ...times,
}
const to = (experiment: Experiment, status: Experiment['status'], now: string, surroundings = around) =>
  transitionExperiment(experiment, status, surroundings, now)

test('an activation freezes flag and variations, begins the ramp and sets started_at', () => {
  const active = to(draft, 'active', '2026-02-01T00:00:00.000Z')
  assert.equal(active.started_at, '2026-02-01T00:00:00.000Z')
  assert.equal(active.current_level, 10)
  assert.equal(active.is_valid, true)
  assert.deepEqual(active.feature_flag_snapshot, around.flag)
  assert.deepEqual(
    active.allocations.map(({ variation_snapshot }) => variation_snapshot?.id),
    ['var_1', 'var_2'],
  )
})

test('a reactivation keeps the copies, started_at and the level', () => {
  const paused = to({ ...to(draft, 'active', '2026-02-01T00:00:00.000Z'), current_level: 50 }, 'paused', '')
  const renamed = { ...around, variations: [{ ...variation('var_1'), name: 'renamed' }, variation('var_2')] }
  const again = to(paused, 'active', '2026-03-01T00:00:00.000Z', renamed)
  assert.equal(again.started_at, '2026-02-01T00:00:00.000Z')
  assert.equal(again.current_level, 50)
  assert.equal(again.allocations[0]?.variation_snapshot?.name, 'var_1')
})

test('a completion sets ended_at; the status that holds changes nothing', () => {
  const active = to(draft, 'active', '2026-02-01T00:00:00.000Z')
  assert.equal(to(active, 'completed', '2026-04-01T00:00:00.000Z').ended_at, '2026-04-01T00:00:00.000Z')
  assert.equal(to(active, 'active', '2026-04-01T00:00:00.000Z'), active)
})

test('only an active experiment cannot be deleted', () => {
  requireDeletable(draft)
  assert.throws(() => requireDeletable({ ...draft, status: 'active' }), { code: 'experiment_active' })
})

test('an edit replaces allocations without copies, takes null away and calculates validity', () => {
  const allocations = [{ variation_id: 'var_1', is_control: true, weight: 100 }]
  const edited = editExperiment(draft, { allocations, levels: null, description: 'New text' }, around)
  assert.deepEqual(edited.allocations, [{ ...allocations[0], variation_snapshot: null }])
  assert.equal(edited.levels, undefined)
  assert.equal(edited.description, 'New text')
  assert.equal(edited.is_valid, true)
  assert.equal(editExperiment(edited, { description: null }, around).description, undefined)
})
