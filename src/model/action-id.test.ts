import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../base/random.ts'
import { createUuid, isUuid } from './action-id.ts'

test('a new id is a version 4 UUID, for all random bytes', () => {
  assert.equal(
    createUuid(() => new Uint8Array(16)),
    '00000000-0000-4000-8000-000000000000',
  )
  assert.equal(
    createUuid(() => new Uint8Array(16).fill(255)),
    'ffffffff-ffff-4fff-bfff-ffffffffffff',
  )
  assert.match(createUuid(systemRandom), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('only the text form of a UUID is one', () => {
  assert.ok(isUuid('910B1053-577f-4d81-a8c8-020e7319a38a'))
  for (const text of ['', 'act_1', '910b1053577f4d81a8c8020e7319a38a', '910b1053-577f-4d81-a8c8-020e7319a38a\n'])
    assert.ok(!isUuid(text), text)
})
