import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExpiringCache } from './expiring-cache.ts'

const counting = () => {
  let loads = 0
  return { load: async () => ++loads, count: () => loads }
}

test('a value is loaded once until its time is over', async () => {
  let now = 0
  const { load } = counting()
  const cache = createExpiringCache<number>({ maxEntries: 2, ttlMs: 10, clock: () => now })
  assert.equal(await cache.get('a', load), 1)
  now = 9
  assert.equal(await cache.get('a', load), 1)
  now = 10
  assert.equal(await cache.get('a', load), 2)
})

test('concurrent callers share one load', async () => {
  const { load, count } = counting()
  const cache = createExpiringCache<number>({ maxEntries: 2, ttlMs: 10, clock: () => 0 })
  await Promise.all([cache.get('a', load), cache.get('a', load), cache.get('a', load)])
  assert.equal(count(), 1)
})

test('a failed load is not remembered', async () => {
  const cache = createExpiringCache<number>({ maxEntries: 2, ttlMs: 10, clock: () => 0 })
  await assert.rejects(
    cache.get('a', () => Promise.reject(new TypeError('away'))),
    /away/,
  )
  assert.equal(await cache.get('a', async () => 7), 7)
})

test('the entry loaded first leaves when the memory is full', async () => {
  const cache = createExpiringCache<number>({ maxEntries: 2, ttlMs: 10, clock: () => 0 })
  for (const key of ['a', 'b', 'c']) await cache.get(key, async () => 1)
  assert.equal(await cache.get('c', async () => 2), 1)
  assert.equal(await cache.get('a', async () => 2), 2)
})

test('a forgotten key is loaded again', async () => {
  const { load } = counting()
  const cache = createExpiringCache<number>({ maxEntries: 2, ttlMs: 10, clock: () => 0 })
  await cache.get('a', load)
  cache.forget('a')
  assert.equal(await cache.get('a', load), 2)
})
