import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonByteLength } from '../../base/json.ts'
import { CUT } from './bounded-json.ts'
import { boundFields, STRUCTURE_LIMITS, TEXT_LIMITS } from './field-limits.ts'

for (const [name, limit] of Object.entries(TEXT_LIMITS)) {
  test(`${name} has at most ${limit} characters, and is whole up to that`, () => {
    assert.deepEqual(boundFields({ [name]: 'x'.repeat(limit) }), { [name]: 'x'.repeat(limit) })
    assert.deepEqual(boundFields({ [name]: 'x'.repeat(limit + 1) }), { [name]: 'x'.repeat(limit) + CUT })
  })
}

for (const [name, limit] of Object.entries(STRUCTURE_LIMITS)) {
  test(`${name} is whole up to ${limit} bytes, and keeps its first texts beyond`, () => {
    const small = { name: 'auth0.js', version: '9', env: { node: '24' } }
    assert.deepEqual(boundFields({ [name]: small }), { [name]: small })
    const cut = boundFields({
      [name]: { ...small, ...Object.fromEntries(Array.from('abcdefgh', c => [c, 'x'.repeat(999)])) },
    })
    assert.ok(jsonByteLength(cut) < limit + 512, JSON.stringify(cut))
    assert.partialDeepStrictEqual(cut, { [name]: { name: 'auth0.js', version: '9', env: CUT } })
  })
}

test('absent fields stay absent, and what is not long is not touched', () => {
  assert.deepEqual(boundFields({}), {})
  assert.deepEqual(boundFields({ client_id: 'abc', ip: '::1' }), { client_id: 'abc', ip: '::1' })
})
