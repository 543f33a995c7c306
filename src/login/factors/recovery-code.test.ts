import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../base/random.ts'
import { createRecoveryCode, hashRecoveryCode, showRecoveryCode } from './recovery-code.ts'

test('a code has 24 characters that cannot be mistaken for one another', () => {
  const codes = Array.from({ length: 50 }, () => createRecoveryCode(systemRandom))
  for (const code of codes) assert.match(code, /^[A-HJ-NP-Z2-9]{24}$/)
  assert.equal(new Set(codes).size, 50)
})

test('a code is recognised however it is copied', () => {
  const code = createRecoveryCode(systemRandom)
  const shown = showRecoveryCode(code)
  assert.match(shown, /^(?:[A-Z2-9]{4}-){5}[A-Z2-9]{4}$/)
  const hash = hashRecoveryCode(code)
  assert.ok(hash)
  for (const typed of [shown, shown.toLowerCase(), ` ${shown.replaceAll('-', ' ')}\n`]) {
    assert.equal(hashRecoveryCode(typed), hash)
  }
})

test('what cannot be a code is not looked up', () => {
  for (const typed of [
    '',
    'ABCD',
    'A'.repeat(23),
    'A'.repeat(25),
    '0'.repeat(24),
    'Ä'.repeat(24),
    'A'.repeat(10_000),
  ]) {
    assert.equal(hashRecoveryCode(typed), undefined, typed.slice(0, 30))
  }
})
