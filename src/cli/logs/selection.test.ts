import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toQuery } from './selection.ts'

test('types and a query are joined so that both must hold', () => {
  assert.equal(toQuery({}), undefined)
  assert.equal(toQuery({ query: '  ' }), undefined)
  assert.equal(toQuery({ query: 'a OR b' }), 'a OR b')
  assert.equal(toQuery({ types: 's, fp' }), 'type:"s" OR type:"fp"')
  assert.equal(toQuery({ query: 'a OR b', types: 's' }), '(a OR b) AND (type:"s")')
})

test('what is no code of a type is refused', () => {
  for (const types of ['', 's,', 's fp', 's"', 'type:s', '*']) {
    assert.throws(() => toQuery({ types }), { exitCode: 2 }, types)
  }
})
