import assert from 'node:assert/strict'
import { test } from 'node:test'
import { characterCount, firstCharacters, isLongerThan } from './characters.ts'

test('a character is a code point, however many units it is stored in', () => {
  for (const [text, count] of [
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 2],
    ['🔑🔑', 2],
    ['\uD83D', 1],
  ] as const) {
    assert.equal(characterCount(text), count, text)
  }
})

test('a text is longer than a limit by its characters', () => {
  assert.equal(isLongerThan('🔑🔑🔑', 3), false)
  assert.equal(isLongerThan('🔑🔑🔑🔑', 3), true)
  assert.equal(isLongerThan('abc', 3), false)
  assert.equal(isLongerThan('abcd', 3), true)
})

test('a text is cut between characters, never within one', () => {
  assert.equal(firstCharacters('🔑🔑🔑', 2), '🔑🔑')
  assert.equal(firstCharacters('a🔑b', 2), 'a🔑')
  assert.equal(firstCharacters('abc', 5), 'abc')
})
