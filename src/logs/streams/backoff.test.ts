import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryDelay } from './backoff.ts'

test('the ceiling doubles with each failure and ends at five minutes', () => {
  const almostOne = 1 - Number.EPSILON
  const ceilings = [0, 1, 2, 8, 9, 100, 1e9].map(attempts => retryDelay(attempts, almostOne))
  assert.deepEqual(ceilings, [1000, 2000, 4000, 256_000, 300_000, 300_000, 300_000])
})

test('the wait is anything below the ceiling', () => {
  assert.deepEqual(
    [0, 0.25, 0.5].map(random => retryDelay(3, random)),
    [0, 2000, 4000],
  )
})

test('the destination is never asked before it wants to be', () => {
  assert.equal(retryDelay(0, 0.5, 7000), 7000)
  assert.equal(retryDelay(9, 0.5, 7000), 150_000)
})
