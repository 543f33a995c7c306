import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toJsonLine } from './json-line.ts'

test('the line of a document is the same document, one line, and commands no terminal', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), given => {
      const document = { ...given, name: `\u001b[2J\u009b31m\u202e${Object.keys(given).join()}` }
      const line = toJsonLine(document)
      assert.doesNotMatch(line, /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u)
      assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(document)))
    }),
  )
})
