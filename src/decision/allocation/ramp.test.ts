import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CaseFile, readCases, replay } from '../../../test/kit/conformance.ts'
import type { AllocationData, ExperimentData } from '../snapshot/snapshot.ts'
import { rampLevel, rampWeights } from './ramp.ts'

type Given = Pick<ExperimentData, 'allocations' | 'levels' | 'current_level'>

const { cases } = readCases<CaseFile<Given, { readonly [variation: string]: number }>>('ramps.json')

replay('ramp', cases, given => {
  const weights = rampWeights(given.allocations, rampLevel(given) ?? assert.fail('a case without levels'))
  return Object.fromEntries(given.allocations.map(({ variation_id }, i) => [variation_id, weights[i]]))
})

test('an experiment without levels has no ramp', () => {
  assert.equal(rampLevel({}), undefined)
  assert.equal(rampLevel({ levels: [], current_level: 10 }), undefined)
})

test('the exposure at every level is the level itself', () => {
  const allocations: readonly AllocationData[] = [
    { variation_id: 'var_c', is_control: true, weight: 33 },
    { variation_id: 'var_t', is_control: false, weight: 50 },
    { variation_id: 'var_u', is_control: false, weight: 17 },
  ]
  for (let level = 0; level <= 100; level++) {
    const [control = Number.NaN, ...treatments] = rampWeights(allocations, level)
    assert.ok(Math.abs(control - (100 - level)) < 1e-9)
    assert.ok(Math.abs(treatments.reduce((sum, weight) => sum + weight, 0) - level) < 1e-9)
  }
})
