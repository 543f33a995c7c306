import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEmail, normalizeEmail } from './email-address.ts'

test('space around an address and the case of its letters do not matter', () => {
  assert.equal(normalizeEmail('  Ada@Example.COM\t'), 'ada@example.com')
})

test('addresses are recognised by their shape', () => {
  for (const address of ['a@b.c', 'ada+x@mail.example.com', 'user@localhost', "o'neil@example.ie", 'é@exämple.de'])
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
