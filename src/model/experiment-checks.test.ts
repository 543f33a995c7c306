import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AllocationInput } from './allocation.ts'
import type { FlowWord } from './authentication-flow.ts'
import {
  type CheckedExperiment,
  EXPERIMENT_CHECKS,
  type ExperimentSurroundings,
  requireReady,
  requireStorable,
  validate,
} from './experiment-checks.ts'
import type { FeatureFlag } from './feature-flag.ts'
import type { Segment } from './segment.ts'
import type { Variation } from './variation.ts'

const times = { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' }
const flag: FeatureFlag = {
  id: 'flg_1',
  feature_flag_id: 'flg_1',
  name: 'Flag',
  type: 'self',
  status: 'active',
  parameters: { on: { type: 'boolean', value: false } },
  ...times,
}
const variation = (id: string): Variation => ({
  id,
  variation_id: id,
  feature_flag_id: 'flg_1',
  name: id,
  overrides: {},
  ...times,
})
const segment: Segment = {
  id: 'seg_1',
  segment_id: 'seg_1',
  name: 'Mobile',
  type: 'self',
  status: 'active',
  rules: [{ match: { device_type: ['mobile'] } }],
  ...times,
}
const around: ExperimentSurroundings = {
  flag,
  variations: [variation('var_1'), variation('var_2'), variation('var_3')],
  segments: [segment],
  activeOthers: [],
  activeLimit: 'one',
}

const control: AllocationInput = { variation_id: 'var_1', is_control: true, weight: 90 }
const treatment: AllocationInput = { variation_id: 'var_2', is_control: false, weight: 10 }
const experiment: CheckedExperiment = {
  feature_flag_id: 'flg_1',
  authentication_flow: 'authentication',
  allocation_strategy: 'percentage',
  allocations: [control, treatment],
}
const fallback: AllocationInput = { variation_id: 'var_1', is_control: true, is_fallback: true }
const targeted: AllocationInput = { variation_id: 'var_2', is_control: false, segment_id: 'seg_1', priority: 1 }
const bySegment: CheckedExperiment = {
  feature_flag_id: 'flg_1',
  authentication_flow: 'authentication',
  allocation_strategy: 'segment',
  allocations: [targeted, fallback],
}
const ramp: CheckedExperiment = {
  ...experiment,
  levels: [10, 100],
  allocations: [
    { variation_id: 'var_1', is_control: true },
    { variation_id: 'var_2', is_control: false },
  ],
}

const codesOf = (subject: CheckedExperiment, surroundings: ExperimentSurroundings = around): string[] => [
  ...new Set(validate(subject, surroundings).errors.map(({ code }) => code)),
]

test('experiments that lack nothing are valid, by percentage, by segment and as a ramp', () => {
  for (const subject of [experiment, bySegment, ramp]) {
    assert.deepEqual(validate(subject, around), { is_valid: true, errors: [] })
    requireReady(subject, around)
  }
})

/** One thing wrong, and the one code that says so. */
const PROBLEMS: readonly [code: string, subject: CheckedExperiment, surroundings?: Partial<ExperimentSurroundings>][] =
  [
    ['default_config_not_supported', { ...experiment, default_config: 'flag' }],
    ['variation_not_from_flag', experiment, { variations: [variation('var_1')] }],
    ['allocation_unknown_segment', bySegment, { segments: [] }],
    ['segment_archived', bySegment, { segments: [{ ...segment, status: 'archived' }] }],
    ['feature_flag_not_active', experiment, { flag: { ...flag, status: 'draft' } }],
    ['feature_flag_not_active', experiment, { flag: undefined }],
    ['experiment_missing_allocations', { ...experiment, allocations: [] }],
    ['experiment_missing_allocations', { ...bySegment, allocations: [] }],
    [
      'allocation_duplicate_variation',
      { ...experiment, allocations: [control, { ...treatment, weight: 5 }, { ...treatment, weight: 5 }] },
    ],
    ['experiment_missing_control', { ...experiment, allocations: [{ ...control, is_control: false }, treatment] }],
    ['experiment_missing_control', { ...experiment, allocations: [control, { ...treatment, is_control: true }] }],
    [
      'experiment_invalid_allocation_weights',
      { ...experiment, allocations: [control, { ...treatment, weight: 9.99 }] },
    ],
    [
      'experiment_invalid_allocation_weights',
      {
        ...experiment,
        allocations: [
          { ...control, weight: 100 },
          { variation_id: 'var_2', is_control: false },
        ],
      },
    ],
    ['experiment_invalid_ramp', { ...bySegment, levels: [10] }],
    ['experiment_invalid_ramp', { ...ramp, allocations: [control] }],
    ['experiment_invalid_ramp', { ...ramp, allocations: [control, { ...treatment, weight: 0 }] }],
    [
      'experiment_invalid_segment_allocation',
      { ...bySegment, allocations: [{ variation_id: 'var_2', is_control: false, priority: 1 }, fallback] },
    ],
    [
      'experiment_invalid_segment_allocation',
      { ...bySegment, allocations: [{ variation_id: 'var_2', is_control: false, segment_id: 'seg_1' }, fallback] },
    ],
    ['experiment_invalid_segment_allocation', { ...bySegment, allocations: [targeted, targeted, fallback] }],
    [
      'experiment_missing_default',
      { ...bySegment, allocations: [targeted, { ...targeted, priority: 2, is_control: true }] },
    ],
    ['experiment_missing_default', { ...bySegment, allocations: [{ ...fallback, is_control: false }, fallback] }],
    ['experiment_flow_not_available', { ...experiment, authentication_flow: 'password_reset' }],
    [
      'experiment_active_limit_exceeded',
      experiment,
      { activeOthers: [{ id: 'exp_2', authentication_flow: 'mfa_challenge' }] },
    ],
    [
      'experiment_active_limit_exceeded',
      experiment,
      { activeOthers: [{ id: 'exp_2', authentication_flow: 'login' }], activeLimit: 'one_per_flow' },
    ],
  ]

for (const [code, subject, surroundings] of PROBLEMS) {
  test(`${code} is found, and nothing else: ${JSON.stringify(subject.allocations).slice(0, 60)}`, () => {
    assert.deepEqual(codesOf(subject, { ...around, ...surroundings }), [code])
  })
}

test('every check of the table has a case here', () => {
  assert.deepEqual(
    [...new Set(PROBLEMS.map(([code]) => code))].toSorted(),
    EXPERIMENT_CHECKS.map(({ code }) => code).toSorted(),
  )
})

test('weights of hundredths are added exactly', () => {
  const weights = [33.33, 33.33, 33.34]
  const allocations = weights.map((weight, i) => ({ variation_id: `var_${i + 1}`, is_control: i === 0, weight }))
  assert.deepEqual(codesOf({ ...experiment, allocations }), [])
})

test('a managed flag takes default_config', () => {
  const managed = { ...around, flag: { ...flag, type: 'auth0' as const } }
  assert.deepEqual(codesOf({ ...experiment, default_config: 'tenant' }, managed), [])
})

test('a refused activation carries the first code and every problem', () => {
  assert.throws(() => requireReady({ ...experiment, allocations: [treatment] }, { ...around, flag: undefined }), {
    code: 'feature_flag_not_active',
    errors: [
      { code: 'feature_flag_not_active', message: 'The feature flag flg_1 is gone; activate it first.' },
      { code: 'experiment_missing_control', message: '0 allocations are marked is_control; mark exactly one.' },
      { code: 'experiment_invalid_allocation_weights', message: 'The weights total 10; they must total 100.' },
    ],
  })
})

test('a draft may be incomplete, but not refer to what is not there', () => {
  requireStorable({ ...experiment, allocations: [treatment] }, { ...around, flag: { ...flag, status: 'draft' } })
  assert.throws(() => requireStorable(experiment, { ...around, variations: [] }), { code: 'variation_not_from_flag' })
})

/** Pairs of flows that may not be active together where each flow may have one. */
const EXCLUSIVE = [
  ['authentication', 'login'],
  ['pre_login', 'signup'],
  ['pre_authentication', 'authentication'],
  ['all', 'mfa_challenge'],
  ['login', 'all'],
  ['passkey_enrollment', 'passkey_enrollment'],
] as const

const TOGETHER = [
  ['login', 'signup'],
  ['authentication', 'mfa_enrollment'],
  ['mfa_enrollment', 'mfa_challenge'],
  ['pre_login', 'passkey_enrollment'],
] as const

test('with one active experiment per flow, those that share a flow exclude each other, and no others do', () => {
  const codes = (mine: FlowWord, other: FlowWord) =>
    codesOf(
      { ...experiment, authentication_flow: mine },
      { ...around, activeOthers: [{ id: 'exp_2', authentication_flow: other }], activeLimit: 'one_per_flow' },
    )
  for (const [one, other] of EXCLUSIVE) {
    assert.deepEqual(codes(one, other), ['experiment_active_limit_exceeded'], `${one}, ${other}`)
    assert.deepEqual(codes(other, one), ['experiment_active_limit_exceeded'], `${other}, ${one}`)
  }
  for (const [one, other] of TOGETHER) {
    assert.deepEqual(codes(one, other), [], `${one}, ${other}`)
    assert.deepEqual(codes(other, one), [], `${other}, ${one}`)
  }
})
