import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Experiment } from './experiment.ts'
import { editExperiment } from './experiment-change.ts'
import type { ExperimentSurroundings } from './experiment-checks.ts'
import { refreshRun, runWarnings } from './experiment-freeze.ts'
import { phaseCause } from './experiment-phase.ts'
import { transitionExperiment } from './experiment-transition.ts'
import type { FeatureFlag } from './feature-flag.ts'
import type { Variation } from './variation.ts'

const times = { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' }

const variation = (id: string, overrides: Variation['overrides'] = {}): Variation => ({
  id,
  variation_id: id,
  feature_flag_id: 'flg_1',
  name: id,
  overrides,
  ...times,
})

const flag: FeatureFlag = {
  id: 'flg_1',
  feature_flag_id: 'flg_1',
  name: 'Flag',
  type: 'self',
  status: 'active',
  parameters: { on: { type: 'boolean', value: false } },
  ...times,
}

const around: ExperimentSurroundings = {
  flag,
  variations: [variation('var_1'), variation('var_2', { on: true }), variation('var_3')],
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
  status: 'draft',
  is_valid: false,
  allocations: [
    { variation_id: 'var_1', is_control: true, weight: 90, variation_snapshot: null },
    { variation_id: 'var_2', is_control: false, weight: 10, variation_snapshot: null },
  ],
  feature_flag_snapshot: null,
  editable_fields: [],
  ...times,
}

const active = transitionExperiment(draft, 'active', around, '2026-02-01T00:00:00.000Z')
const paused = transitionExperiment(active, 'paused', around, '2026-02-02T00:00:00.000Z')

const edited = (change: Partial<ExperimentSurroundings>): ExperimentSurroundings => ({ ...around, ...change })

/** Each edit, whether a decision could tell it, and the noun that a warning names. */
const EDITS: readonly (readonly [what: string, around: ExperimentSurroundings, named: RegExp | undefined])[] = [
  ['nothing', around, undefined],
  [
    'an override in the other written form',
    edited({ variations: [variation('var_1'), variation('var_2', { on: { value: true } })] }),
    undefined,
  ],
  ['the name of the flag', edited({ flag: { ...flag, name: 'Renamed' } }), undefined],
  [
    'the description of a parameter',
    edited({ flag: { ...flag, parameters: { on: { type: 'boolean', value: false, description: 'What it does' } } } }),
    undefined,
  ],
  [
    'a variation that is not allocated',
    edited({ variations: [...around.variations.slice(0, 2), variation('var_3', { on: true })] }),
    undefined,
  ],
  [
    'a default',
    edited({ flag: { ...flag, parameters: { on: { type: 'boolean', value: true } } } }),
    /of the feature flag flg_1\./,
  ],
  [
    'a parameter more',
    edited({ flag: { ...flag, parameters: { ...flag.parameters, more: { type: 'number', value: 1 } } } }),
    /of the feature flag flg_1\./,
  ],
  ['an override', edited({ variations: [variation('var_1'), variation('var_2')] }), /of the variation var_2\./],
]

for (const [what, surroundings, named] of EDITS) {
  test(`an edit of ${what} ${named ? 'is warned of, and a refresh begins a phase' : 'is none that a decision could tell'}`, () => {
    const [warning] = runWarnings(paused, surroundings)
    if (named) assert.match(warning?.message ?? '', named)
    else assert.equal(warning, undefined)
    assert.equal(phaseCause(paused, refreshRun(paused, surroundings)), named && 'refresh')
    assert.deepEqual(runWarnings(refreshRun(paused, surroundings), surroundings), [])
    assert.equal(phaseCause(paused, transitionExperiment(paused, 'active', surroundings, '')), undefined)
  })
}

test('a run that is current is refreshed to itself', () => {
  assert.equal(refreshRun(paused, around), paused)
})

test('only a paused experiment is refreshed', () => {
  const completed = transitionExperiment(active, 'completed', around, '')
  const archived = transitionExperiment(completed, 'archived', around, '')
  for (const experiment of [draft, active, completed, archived]) {
    assert.throws(() => refreshRun(experiment, around), { code: 'experiment_requires_pause' })
  }
})

test('new allocations keep the copies of the run, and what they bring in is copied as it is now', () => {
  const later = edited({
    variations: [variation('var_1'), variation('var_2', { on: 1 }), variation('var_3', { on: 2 })],
  })
  const allocations = [
    { variation_id: 'var_1', is_control: true, weight: 50 },
    { variation_id: 'var_2', is_control: false, weight: 25 },
    { variation_id: 'var_3', is_control: false, weight: 25 },
  ]
  const after = editExperiment(paused, { allocations }, later)
  assert.deepEqual(
    after.allocations.map(({ variation_snapshot }) => variation_snapshot?.overrides),
    [{}, { on: true }, { on: 2 }],
  )
  assert.equal(phaseCause(paused, after), 'allocations')
})

test('phases begin with the activation, and with what the traffic is divided by', () => {
  assert.equal(phaseCause(draft, active), 'activation')
  assert.equal(phaseCause(active, paused), undefined)
  assert.equal(phaseCause(paused, { ...paused, name: 'Renamed' }), undefined)
  assert.equal(phaseCause(paused, { ...paused, allocations: paused.allocations.toReversed() }), undefined)
  assert.equal(phaseCause(paused, { ...paused, assignment_config: { subject: 'user' } }), 'subject')
  assert.equal(phaseCause({ ...active, current_level: 10 }, { ...active, current_level: 50 }), 'level')
  assert.equal(phaseCause(draft, { ...draft, allocations: [] }), undefined, 'a draft has no run')
})
