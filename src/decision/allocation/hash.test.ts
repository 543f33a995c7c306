import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CaseFile, readCases, replay } from '../../../test/kit/conformance.ts'
import { fmix32, murmur3, murmur3Bytes } from './hash.ts'

interface Given {
  readonly text?: string
  readonly hex?: string
  readonly times?: number
  readonly seed: number
}

interface HashCases extends CaseFile<Given, string> {
  readonly verification: { readonly name: string; readonly expect: string }
}

const file = readCases<HashCases>('hash.json')

const hex = (hash: number): string => `0x${(hash >>> 0).toString(16).padStart(8, '0')}`

const bytesHash = (bytes: Uint8Array, seed: number): number =>
  murmur3Bytes(new DataView(bytes.buffer, bytes.byteOffset), bytes.length, seed)

replay('murmur3', file.cases, ({ text, hex: bytes, times = 1, seed }) =>
  hex(text === undefined ? bytesHash(Buffer.from(bytes ?? '', 'hex'), seed) : murmur3(text.repeat(times), seed)),
)

test(file.verification.name, () => {
  const key = Uint8Array.from({ length: 256 }, (_, i) => i)
  const hashes = new DataView(new ArrayBuffer(1024))
  for (let i = 0; i < 256; i++) hashes.setInt32(i * 4, bytesHash(key.subarray(0, i), 256 - i), true)
  assert.equal(hex(murmur3Bytes(hashes, 1024, 0)), file.verification.expect)
})

test('a text has the hash of its UTF-8 bytes, of any length and content', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom('a', 'é', '€', '👍', '\ud83d', '\udc4d')), maxLength: 800 })
  fc.assert(
    fc.property(text, fc.integer(), (value, seed) => {
      assert.equal(murmur3(value, seed), bytesHash(new TextEncoder().encode(value), seed))
    }),
  )
})

test('a short text after a long one is not mixed with what the buffer still holds', () => {
  const before = murmur3('ab', 1)
  murmur3('x'.repeat(256), 1)
  assert.equal(murmur3('ab', 1), before)
})

test('the seed is taken modulo 2^32, signed or unsigned', () => {
  assert.equal(murmur3('abc', -1), murmur3('abc', 0xffffffff))
})

test('the finaliser is a bijection: 2^18 consecutive inputs give as many outputs', () => {
  const seen = new Set<number>()
  for (let i = 0; i < 2 ** 18; i++) seen.add(fmix32(i))
  assert.equal(seen.size, 2 ** 18)
})
