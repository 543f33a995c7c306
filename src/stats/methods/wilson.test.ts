import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wilsonInterval } from './wilson.ts'

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 5e-5, `${actual} ≈ ${expected}`)

test('the interval equals the published examples', () => {
  // Newcombe 1998, table I, method 3.
  const cases = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const
  for (const [successes, trials, lower, upper] of cases) {
    const interval = wilsonInterval(successes, trials)
    near(interval.lower, lower)
    near(interval.upper, upper)
  }
})

test('without trials nothing is known', () => {
  assert.deepEqual(wilsonInterval(0, 0), { lower: 0, upper: 1 })
})
