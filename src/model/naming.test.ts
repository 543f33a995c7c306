import assert from 'node:assert/strict'
import { test } from 'node:test'
import { descriptionChangeSchema, nameSchema } from './naming.ts'

test('a name has 3 to 255 characters on one line, without white space at its ends', () => {
  for (const name of ['abc', 'a b', 'Ümläut ✓ 名前', 'x'.repeat(255)])
    assert.ok(nameSchema.safeParse(name).success, name)
  for (const name of ['', 'ab', ' abc', 'abc ', '   ', 'a\nc', 'a\0c', 'x'.repeat(256)]) {
    assert.ok(!nameSchema.safeParse(name).success, JSON.stringify(name))
  }
})

test('white space in front of a long name is found without backtracking', () => {
  const started = performance.now()
  nameSchema.safeParse(`a${' '.repeat(1_000_000)}`)
  assert.ok(performance.now() - started < 20_000, 'backtracking would take hours')
})

test('null clears a description, an empty one is refused', () => {
  assert.ok(descriptionChangeSchema.safeParse(null).success)
  assert.ok(!descriptionChangeSchema.safeParse('').success)
  assert.ok(!descriptionChangeSchema.safeParse('x'.repeat(1025)).success)
})
