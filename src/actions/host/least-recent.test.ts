import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLeastRecent } from './least-recent.ts'

test('what was not used for longest goes first', () => {
  const map = createLeastRecent<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  assert.equal(map.get('a'), 1)
  map.set('c', 3)
  assert.deepEqual(
    ['a', 'b', 'c'].map(key => map.get(key)),
    [1, undefined, 3],
  )
})

test('values weigh, and one that is heavier than the limit stays alone', () => {
  const map = createLeastRecent<string, string>(5, value => value.length)
  map.set('a', 'yy')
  map.set('b', 'yy')
  map.set('b', 'yyy')
  assert.deepEqual([map.get('a'), map.get('b')], ['yy', 'yyy'])
  map.set('c', 'yyyyyyyyy')
  assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], [undefined, undefined, 'yyyyyyyyy'])
})
