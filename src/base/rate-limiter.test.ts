import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRateLimiter } from './rate-limiter.ts'

const limiterAt = (burst: number, secondsEach: number, maxKeys?: number) => {
  let now = 1_000_000
  const limiter = createRateLimiter(
    { burst, secondsEach },
    { now: () => now, ...(maxKeys === undefined ? {} : { maxKeys }) },
  )
  return {
    ...limiter,
    allowed: (key: string, times: number) =>
      Array.from({ length: times }, () => limiter.take(key)).filter(({ isAllowed }) => isAllowed).length,
    pass: (seconds: number) => {
      now += seconds * 1_000
    },
  }
}

test('a burst may come at once, and then one at the rate', () => {
  const { allowed, pass } = limiterAt(3, 10)
  assert.equal(allowed('a', 5), 3)
  pass(9.9)
  assert.equal(allowed('a', 1), 0)
  pass(0.1)
  assert.equal(allowed('a', 5), 1)
  pass(1_000)
  assert.equal(allowed('a', 9), 3)
})

test('keys do not know of each other', () => {
  const { allowed } = limiterAt(2, 10)
  assert.equal(allowed('a', 5), 2)
  assert.equal(allowed('b', 5), 2)
})

test('it says how many are left, when the next may come, and when all may', () => {
  const { take, pass } = limiterAt(2, 10)
  assert.deepEqual(take('a'), { isAllowed: true, remaining: 1, retryAfter: 0, fullAfter: 10 })
  assert.deepEqual(take('a'), { isAllowed: true, remaining: 0, retryAfter: 10, fullAfter: 20 })
  pass(4)
  assert.deepEqual(take('a'), { isAllowed: false, remaining: 0, retryAfter: 6, fullAfter: 16 })
})

test('one that waits as long as it is told is allowed', () => {
  const steps = fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { maxLength: 30 })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 0.001, max: 900, noNaN: true }),
      steps,
      (burst, each, waits) => {
        const { take, pass } = limiterAt(burst, each)
        for (const wait of waits) {
          pass(wait)
          const { isAllowed, retryAfter } = take('a')
          if (isAllowed) continue
          pass(retryAfter)
          assert.ok(take('a').isAllowed)
        }
      },
    ),
  )
})

test('of any number of keys no more than fit are remembered, and one that goes on coming is', () => {
  const { allowed } = limiterAt(1, 3_600, 100)
  assert.equal(allowed('steady', 1), 1)
  for (let i = 0; i < 10_000; i += 1) {
    allowed(`stranger ${i}`, 1)
    if (i % 50 === 0) assert.equal(allowed('steady', 1), 0, String(i))
  }
  for (let i = 0; i < 100; i += 1) allowed(`newcomer ${i}`, 1)
  assert.equal(allowed('steady', 1), 1)
})

test('keys that owe nothing make room first', () => {
  const { allowed, pass } = limiterAt(1, 10, 100)
  for (let i = 0; i < 90; i += 1) allowed(`gone ${i}`, 1)
  pass(10)
  assert.equal(allowed('owing', 1), 1)
  for (let i = 0; i < 99; i += 1) allowed(`newcomer ${i}`, 1)
  assert.equal(allowed('owing', 1), 0)
})
