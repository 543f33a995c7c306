import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LIMITS } from '../../actions/contract/limits.ts'
import { toTenantId } from '../../model/ids.ts'
import { createActionCache } from './action-cache.ts'

const [DEV, OTHER] = [toTenantId('dev'), toTenantId('other')]

const create = () => {
  const time = { now: 1_000 }
  return { time, cache: createActionCache(() => time.now) }
}

const entry = (value: string, expires_at = 5_000) => ({ value, expires_at })

test('a value is kept for its trigger and its tenant until it expires', () => {
  const { cache, time } = create()
  cache.write(DEV, 'post-login', {}, { a: entry('1') })
  assert.deepEqual(cache.read(DEV, 'post-login'), { a: entry('1') })
  assert.deepEqual(cache.read(OTHER, 'post-login'), {})
  assert.deepEqual(cache.read(DEV, 'pre-user-registration'), {})
  time.now = 5_000
  assert.deepEqual(cache.read(DEV, 'post-login'), {})
})

test('runs at the same time keep what each of them wrote', () => {
  const { cache } = create()
  const before = cache.read(DEV, 'post-login')
  cache.write(DEV, 'post-login', before, { a: entry('1') })
  cache.write(DEV, 'post-login', before, { b: entry('2') })
  assert.deepEqual(cache.read(DEV, 'post-login'), { a: entry('1'), b: entry('2') })
  const both = cache.read(DEV, 'post-login')
  cache.write(DEV, 'post-login', both, { b: both.b ?? entry('') })
  assert.deepEqual(cache.read(DEV, 'post-login'), { b: entry('2') })
})

test('many runs together keep no more than one may, and the longest-lived stay', () => {
  const { cache } = create()
  for (let n = 0; n < 2 * LIMITS.cacheEntries; n += 1) {
    cache.write(DEV, 'post-login', {}, { [`k${n}`]: entry('x', 2_000 + n) })
  }
  const kept = Object.keys(cache.read(DEV, 'post-login'))
  assert.equal(kept.length, LIMITS.cacheEntries)
  assert.ok(kept.includes(`k${2 * LIMITS.cacheEntries - 1}`) && !kept.includes('k0'))
})
