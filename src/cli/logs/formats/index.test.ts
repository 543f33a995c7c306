import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { FORMATS, isFormatName } from './index.ts'

test('every file beside this one is a format of the table, under its name', () => {
  const files = readdirSync(import.meta.dirname)
    .filter(name => !name.includes('.test.') && !['format.ts', 'index.ts'].includes(name))
    .map(name => name.replace('.ts', ''))
  assert.deepEqual(files.toSorted(), Object.keys(FORMATS).toSorted())
  assert.ok(isFormatName('csv') && !isFormatName('xlsx') && !isFormatName('constructor'))
})

for (const [name, format] of Object.entries(FORMATS)) {
  test(`${name}: has a sentence for the help, and pieces that do not depend on how events are added`, () => {
    assert.ok(format.doc.length > 10)
    const events = Array.from({ length: 250 }, (_, n) => ({ log_id: String(n).padStart(56, '0'), type: 's' }))
    const encode = (size: number): string => {
      const encoder = format.createEncoder({ isExact: false })
      const pieces: (string | Uint8Array)[] = []
      for (let at = 0; at < events.length; at += size) pieces.push(encoder.add(events.slice(at, at + size)))
      return Buffer.concat([...pieces, encoder.end()].map(piece => Buffer.from(piece as string))).toString('base64') // or bytes
    }
    assert.equal(encode(1), encode(100))
  })

  test(`${name}: a file that was cut off where an encoder could save is completed by another, to the byte`, () => {
    const details = { text: 'x'.repeat(300) }
    const events = Array.from({ length: 50_000 }, (_, n) => ({
      log_id: String(n).padStart(56, '0'),
      type: n % 3 ? 's' : 'fp',
      date: new Date(1_795_254_312_345 + n).toISOString(),
      isMobile: n % 2 === 0,
      details: { ...details, n },
    }))
    /** Goes on with another encoder wherever this one can save; what was held back until then is added again. */
    const encode = (isCutOff: boolean): { readonly whole: Buffer; readonly cuts: number } => {
      const pieces: Buffer[] = []
      let encoder = format.createEncoder({ isExact: false })
      let cuts = 0
      for (let at = 0; at < events.length; at += 1_000) {
        pieces.push(Buffer.from(encoder.add(events.slice(at, at + 1_000)) as string)) // or bytes
        const saved = isCutOff ? encoder.save() : undefined
        if (!saved) continue
        encoder = format.createEncoder({ isExact: false }, Buffer.from(saved))
        cuts += 1
      }
      pieces.push(Buffer.from(encoder.end() as string)) // or bytes
      return { whole: Buffer.concat(pieces), cuts }
    }
    const { whole, cuts } = encode(true)
    assert.ok(cuts >= 2)
    assert.ok(encode(false).whole.equals(whole))
  })
}

test('parquet: what something else has saved is refused', async () => {
  const { serialize } = await import('node:v8')
  for (const saved of [Buffer.from('garbage'), serialize({ row_groups: 1 }), serialize(null)]) {
    assert.throws(() => FORMATS.parquet.createEncoder({ isExact: true }, saved))
  }
})
