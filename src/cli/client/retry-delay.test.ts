import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs, retryAfterMs } from './retry-delay.ts'

test('the wait doubles with each failure, up to fifteen seconds, and half of it is random', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map(failures => backoffMs(failures, 1)),
    [250, 500, 1000, 2000],
  )
  assert.deepEqual(
    [1, 7, 8, 5_000].map(failures => backoffMs(failures, 0)),
    [125, 7_500, 7_500, 7_500],
  )
})

test('a server asks for seconds or for a date, and is obeyed for two minutes at most', () => {
  const now = Date.UTC(2026, 0, 1)
  assert.equal(retryAfterMs('3', now), 3_000)
  assert.equal(retryAfterMs('Thu, 01 Jan 2026 00:00:07 GMT', now), 7_000)
  assert.equal(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now), 0)
  assert.equal(retryAfterMs('999999', now), 120_000)
  for (const nothing of [null, '', 'soon', '-5x']) assert.equal(retryAfterMs(nothing, now), undefined)
})
