import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../base/random.ts'
import { createTotpSecret } from '../../model/authentication-method.ts'
import { matchTotp, totpUri } from './totp.ts'

/** RFC 6238 appendix B, SHA-1: its codes have eight digits, of which ours are the last six. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const VECTORS: readonly [seconds: number, code: string][] = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
]

test('codes are those of RFC 6238, and name their time step', () => {
  for (const [seconds, code] of VECTORS) {
    assert.equal(matchTotp(SECRET, code.slice(2), seconds * 1000), Math.floor(seconds / 30), code)
  }
})

test('a code is good one step early and one step late, and names its own step', () => {
  const [seconds, code] = [1_111_111_111, '050471']
  const step = Math.floor(seconds / 30)
  for (const late of [-1, 0, 1]) assert.equal(matchTotp(SECRET, code, (seconds + 30 * late) * 1000), step)
  for (const late of [-2, 2]) assert.equal(matchTotp(SECRET, code, (seconds + 30 * late) * 1000), undefined)
})

test('spaces do not matter; anything else is no code', () => {
  const at = 59_000
  assert.equal(matchTotp(SECRET, ' 287 082\t', at), 1)
  for (const typed of ['', '28708', '2870821', '28708a', '٢٨٧٠٨٢', '287082\0', '-28708', '2.8e5']) {
    assert.equal(matchTotp(SECRET, typed, at), undefined, typed)
  }
})

test('a secret has 160 bits and comes back from the address that an app reads', () => {
  const secret = createTotpSecret(systemRandom)
  assert.match(secret, /^[A-Z2-7]{32}$/)
  assert.notEqual(secret, createTotpSecret(systemRandom))
  const uri = new URL(totpUri(secret, { issuer: 'Shop: Berlin & Co', account: 'ada+x@example.com' }))
  assert.equal(uri.protocol, 'otpauth:')
  assert.equal(uri.searchParams.get('secret'), secret)
  assert.equal(uri.searchParams.get('issuer'), 'Shop  Berlin & Co')
  assert.deepEqual(
    ['algorithm', 'digits', 'period'].map(name => uri.searchParams.get(name)),
    ['SHA1', '6', '30'],
  )
  assert.match(decodeURIComponent(uri.pathname), /Shop {2}Berlin & Co:ada\+x@example\.com$/)
})
