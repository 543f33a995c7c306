import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonByteLength, jsonEquals, parseJson } from './json.ts'

test('equality ignores the order of keys and respects the order of items', () => {
  assert.ok(jsonEquals({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }))
  assert.ok(!jsonEquals([1, 2], [2, 1]))
  assert.ok(!jsonEquals({ a: undefined }, {}))
  assert.ok(!jsonEquals({}, []))
})

test('the size of a value is counted in bytes, not characters', () => {
  assert.equal(jsonByteLength('é'), 4)
})

test('text that is not JSON parses to undefined', () => {
  assert.equal(parseJson('{'), undefined)
  assert.equal(parseJson('null'), null)
})
