import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEmail, normalizeEmail } from './email-address.ts'

test('space around an address, the case of its letters and how an accent is stored do not matter', () => {
  assert.equal(normalizeEmail('  Ada@Example.COM\t'), 'ada@example.com')
  assert.equal(normalizeEmail('Rene\u0301@example.com'), 'ren\u00e9@example.com')
})

test('addresses are recognised by their shape', () => {
  for (const address of [
    'a@b.c',
    'ada+x@mail.example.com',
    'user@localhost',
    "o'neil@example.ie",
    'é@exämple.de',
    'юрий@пример.рф',
  ])
    assert.ok(isEmail(address), address)
  const wrong = [
    '',
    'a',
    '@b.c',
    'a@',
    'a@b',
    'a@b.',
    'a@.b',
    'a b@c.d',
    'a@b@c.d',
    'a\0@b.c',
    `${'x'.repeat(250)}@b.cd`,
  ]
  for (const address of wrong) assert.ok(!isEmail(address), address)
})

test('an address is as long as its characters, not as their storage', () => {
  assert.ok(isEmail(`${'𝒳'.repeat(200)}@b.cd`))
  assert.ok(!isEmail(`${'𝒳'.repeat(250)}@b.cd`))
})

test('what is not seen, or turns the direction of what is seen, is in no address', () => {
  const INVISIBLE: Record<string, string> = {
    'zero-width space': '\u200B',
    'zero-width joiner': '\u200D',
    'word joiner': '\u2060',
    'byte order mark': '\uFEFF',
    'soft hyphen': '\u00AD',
    'right-to-left override': '\u202E',
    'right-to-left mark': '\u200F',
    'left-to-right isolate': '\u2066',
    'Arabic letter mark': '\u061C',
    'combining grapheme joiner': '\u034F',
    'variation selector': '\uFE0F',
    'supplementary variation selector': '\u{E0100}',
    'tag letter': '\u{E0061}',
    'Hangul filler': '\u3164',
    'blank braille pattern': '\u2800',
    'Mongolian vowel separator': '\u180E',
    'line separator': '\u2028',
    'paragraph separator': '\u2029',
    'no-break space': '\u00A0',
    'C1 control': '\u0085',
    'unassigned character': '\u0378',
    'private use': '\uE000',
    'half a character': '\uD83D',
  }
  for (const [name, character] of Object.entries(INVISIBLE)) {
    assert.ok(!isEmail(normalizeEmail(`ad${character}a@example.com`)), `${name} before the @`)
    assert.ok(!isEmail(normalizeEmail(`ada@exam${character}ple.com`)), `${name} behind the @`)
  }
})
