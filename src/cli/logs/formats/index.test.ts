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
}
