import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureFlag } from './feature-flag.ts'
import { changeFeatureFlag } from './feature-flag-change.ts'

const flag: FeatureFlag = {
  id: 'flg_1',
  feature_flag_id: 'flg_1',
  name: 'Passkeys',
  description: 'before',
  type: 'self',
  status: 'draft',
  parameters: { on: { type: 'boolean', value: false } },
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
}
const two = [
  { id: 'var_1', overrides: {} },
  { id: 'var_2', overrides: { on: { value: true } } },
]

test('fields and status change together', () => {
  const changed = changeFeatureFlag(flag, { name: 'Keys', description: null, status: 'active' }, { variations: two })
  assert.deepEqual([changed.name, changed.description, changed.status], ['Keys', undefined, 'active'])
  assert.ok(!('description' in changed))
})

test('a change that changes nothing is recognised, so that nothing is written', () => {
  assert.equal(changeFeatureFlag(flag, { status: 'draft' }, { variations: [] }), flag)
})

test('a flag needs two variations to be active', () => {
  assert.throws(() => changeFeatureFlag(flag, { status: 'active' }, { variations: two.slice(1) }), {
    code: 'feature_flag_too_few_variations',
    message: 'The feature flag flg_1 has 1 of the 2 variations that it needs to be active.',
  })
})

test('new parameters must keep what the overrides need, but may make an override the default', () => {
  const change = (parameters: FeatureFlag['parameters']) => changeFeatureFlag(flag, { parameters }, { variations: two })
  assert.throws(() => change({ other: { type: 'boolean', value: false } }), { code: 'override_unknown_parameter' })
  assert.throws(() => change({ on: { type: 'string', value: '' } }), { code: 'parameter_type_mismatch' })
  assert.equal(change({ on: { type: 'boolean', value: true } }).parameters.on?.value, true)
})

test('a managed flag and an archived one are left alone', () => {
  assert.throws(() => changeFeatureFlag({ ...flag, type: 'auth0' }, { name: 'Keys' }, { variations: two }), {
    code: 'feature_flag_not_modifiable',
  })
  const archived: FeatureFlag = { ...flag, status: 'archived' }
  assert.throws(() => changeFeatureFlag(archived, { name: 'Keys' }, { variations: two }), {
    code: 'feature_flag_archived',
  })
  assert.equal(changeFeatureFlag(archived, { status: 'archived' }, { variations: two }), archived)
})

test('a flag stays while its experiment is active', () => {
  assert.throws(
    () =>
      changeFeatureFlag(
        { ...flag, status: 'active' },
        { status: 'archived' },
        { variations: two, activeExperimentId: 'exp_1' },
      ),
    { code: 'feature_flag_in_active_experiment' },
  )
})
