import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DIALECTS } from './dialect.ts'
import { MAX_QUERY_LENGTH, parseSearch } from './parse-search.ts'

const PIECES = [
  'type:',
  's',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ' TO ',
  ' AND ',
  ' OR ',
  ' NOT ',
  '"',
  '\\',
  '*',
  ':',
  ' ',
  '-',
]

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom(...PIECES, '2018-12', 'date:', 'é', '\u{1F600}', '\ud800'), { maxLength: 30 })
    .map(x => x.join('')),
)

test('no text makes the parser throw, and a problem lies inside the text', () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom('q', 'search'), (text, dialect) => {
      const parsed = parseSearch(text, DIALECTS[dialect])
      if (parsed.ok) return
      assert.ok(parsed.position >= 0 && parsed.position <= text.length)
      assert.ok(parsed.message.length > 0)
    }),
    { numRuns: 5000 },
  )
})

test('a query that is too long, too deep or too wide is refused before it costs anything', () => {
  const long = parseSearch('x'.repeat(MAX_QUERY_LENGTH + 1), DIALECTS.q)
  assert.ok(!long.ok && long.reason === 'too_long')
  for (const text of ['('.repeat(1000), 'NOT '.repeat(500), `${'(NOT '.repeat(300)}type:s`]) {
    const deep = parseSearch(text, DIALECTS.q)
    assert.ok(!deep.ok && deep.reason === 'syntax')
    assert.equal(deep.message, 'a query is at most 32 levels deep')
  }
  const wide = parseSearch('type:s '.repeat(65), DIALECTS.q)
  assert.ok(!wide.ok)
  assert.equal(wide.message, 'a query has at most 64 terms')
})

test('a field name that every object has is unknown here', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    const parsed = parseSearch(`${name}:x`, DIALECTS.q)
    assert.ok(!parsed.ok)
    assert.match(parsed.message, /^unknown field/)
  }
})
