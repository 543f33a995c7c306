import assert from 'node:assert/strict'
import { createDecipheriv } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemRandom } from './random.ts'
import { createSecretBox } from './secret-box.ts'

const key = new Uint8Array(32).fill(7)
const box = createSecretBox(key)
const refused = { name: 'UnsealError' }

test('what was sealed opens, of any content', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (plaintext, context) => {
      assert.equal(box.open(box.seal(plaintext, context), context), plaintext)
    }),
  )
})

test('the same text is sealed differently each time', () => {
  assert.notEqual(box.seal('secret', 'c'), box.seal('secret', 'c'))
})

test('a sealed text opens only in its context and with its key', () => {
  const sealed = box.seal('secret', 'clients/dev/a')
  assert.throws(() => box.open(sealed, 'clients/dev/b'), refused)
  assert.throws(() => createSecretBox(systemRandom(32)).open(sealed, 'clients/dev/a'), refused)
})

test('a change of any single bit is noticed', () => {
  const sealed = box.seal('secret', 'c')
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    assert.throws(() => box.open(`v1.${changed.toString('base64url')}`, 'c'), refused, `bit ${bit}`)
  }
})

test('text that was never sealed is refused', () => {
  for (const text of [
    '',
    'v1.',
    'v1.AAAA',
    'secret',
    box.seal('s', 'c').slice(3),
    box.seal('s', 'c').replace('v1', 'v2'),
  ]) {
    assert.throws(() => box.open(text, 'c'), refused, text)
  }
})

test('a refusal does not repeat what it refuses', () => {
  assert.throws(() => box.open('v1.c2VjcmV0', 'place'), {
    message: 'A sealed text does not open: another key, another context, or it was changed.',
  })
})

test('the format is nonce, tag and ciphertext of AES-256-GCM, so that other programs can read it', () => {
  const bytes = Buffer.from(box.seal('secret', 'c').slice(3), 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
  decipher.setAAD(Buffer.from('v1.c')).setAuthTag(bytes.subarray(12, 28))
  assert.equal(decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8'), 'secret')
})

test('a key of another length is a mistake of the caller', () => {
  assert.throws(() => createSecretBox(new Uint8Array(31)), TypeError)
})
