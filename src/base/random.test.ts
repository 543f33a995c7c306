import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBase58, randomHex, randomString, systemRandom } from './random.ts'

test('a random string has the asked length and only characters of its alphabet', () => {
  assert.match(randomBase58(22, systemRandom), /^[A-HJ-NP-Za-km-z1-9]{22}$/)
  assert.match(randomHex(24, systemRandom), /^[0-9a-f]{24}$/)
})

test('bytes that would bias the result are drawn again', () => {
  const draws = [Uint8Array.of(255, 0), Uint8Array.of(2)]
  const random = () => draws.shift() ?? assert.fail('one draw too many')
  assert.equal(randomString(2, 'abc', random), 'ac')
})
