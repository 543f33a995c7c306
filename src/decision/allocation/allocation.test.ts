import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CaseFile, readCases, replay } from '../../../test/kit/conformance.ts'
import { allocate, compileAllocation } from './allocation.ts'
import { fmix32, murmur3 } from './hash.ts'

interface Given {
  readonly experiment_id: string
  readonly shares: readonly { readonly variation_id: string; readonly weight: number }[]
  readonly subjects: readonly string[]
}

const { cases } = readCases<CaseFile<Given, readonly (string | null)[]>>('allocation.json')

replay('FROZEN: changing this vector reassigns every subject', cases, ({ experiment_id, shares, subjects }) => {
  const allocation = compileAllocation(
    experiment_id,
    shares.map(share => ({ ...share, outcome: share.variation_id })),
  )
  return subjects.map(subject => allocate(allocation, subject) ?? null)
})

test('sparing logarithms never changes the outcome: the plain definition agrees on 100,000 subjects', () => {
  const weights = [40, 25, 15, 10, 5, 4.5, 0.4, 0.09, 0.01, 0]
  const shares = weights.map((weight, i) => ({ variation_id: `var_${i}`, weight, outcome: i }))
  const allocation = compileAllocation('exp_plain', shares)
  const seed = murmur3('exp_plain', 0)
  const score = (h: number, variationId: string, weight: number): number =>
    -Math.log(((fmix32(h ^ murmur3(variationId, seed)) >>> 0) + 0.5) / 2 ** 32) / weight
  for (let i = 0; i < 100_000; i++) {
    const h = murmur3(`subject-${i}`, seed)
    const scores = shares.map(({ variation_id, weight }) => (weight > 0 ? score(h, variation_id, weight) : Infinity))
    assert.equal(allocate(allocation, `subject-${i}`), scores.indexOf(Math.min(...scores)))
  }
})

test('a weight that is not a positive finite number takes no part', () => {
  for (const weight of [0, -1, Number.NaN, Infinity, -Infinity]) {
    const shares = [
      { variation_id: 'var_a', weight, outcome: 'a' },
      { variation_id: 'var_b', weight: 1, outcome: 'b' },
    ]
    const allocation = compileAllocation('exp_1', shares)
    for (let i = 0; i < 1000; i++) assert.equal(allocate(allocation, String(i)), 'b')
  }
})
