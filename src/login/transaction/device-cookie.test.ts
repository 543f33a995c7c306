import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../base/random.ts'
import { createDeviceId, parseDeviceCookie, toDeviceCookie, toDeviceHash } from './device-cookie.ts'

const key = new Uint8Array(32).fill(1)
const otherKey = new Uint8Array(32).fill(2)
const id = createDeviceId(systemRandom)

test('a signed cookie gives its device id back', () => {
  assert.equal(parseDeviceCookie(toDeviceCookie(id, key), key), id)
})

test('a cookie that is absent, malformed, altered or of another tenant is no device', () => {
  const cookie = toDeviceCookie(id, key)
  const altered = `${cookie[0] === 'a' ? 'b' : 'a'}${cookie.slice(1)}`
  for (const value of [
    undefined,
    '',
    '.',
    id,
    `${id}.`,
    altered,
    cookie.slice(0, -1),
    `${cookie}x`,
    'x'.repeat(10_000),
  ])
    assert.equal(parseDeviceCookie(value, key), undefined)
  assert.equal(parseDeviceCookie(cookie, otherKey), undefined)
})

test('the hash is stable, of 32 characters, and differs between tenants', () => {
  const hash = toDeviceHash(id, key)
  assert.match(hash, /^[\w-]{32}$/)
  assert.equal(toDeviceHash(id, key), hash)
  assert.notEqual(toDeviceHash(id, otherKey), hash)
  assert.ok(!hash.includes(id))
})
