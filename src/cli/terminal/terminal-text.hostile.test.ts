import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toTerminalText } from './terminal-text.ts'

test('nothing that a terminal obeys comes through, and nothing that turns the direction of text', () => {
  for (const command of [
    '\u001b[2J',
    '\u009b31m',
    '\u0007',
    '\r',
    '\n',
    '\u202e',
    '\u2066',
    '\u2028',
    '\u007f',
    '\u0000',
  ]) {
    assert.doesNotMatch(toTerminalText(`a${command}b`, 80), /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u)
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      assert.doesNotMatch(toTerminalText(text, 20), /[\p{Cc}\u202a-\u202e]/u)
    }),
  )
})

test('long text is cut between characters, and other text stays as it is', () => {
  assert.equal(toTerminalText('😀'.repeat(5), 3), '😀😀😀…')
  assert.equal(toTerminalText('Größe 日本語 عربي', 80), 'Größe 日本語 عربي')
})
