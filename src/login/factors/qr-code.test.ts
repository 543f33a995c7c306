import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toQrCode } from './qr-code.ts'

/** The modules of the path, row by row. */
const draw = (text: string): string[] => {
  const { size, path } = toQrCode(text)
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => ' '))
  for (const [, y, strokes = ''] of path.matchAll(/M0 (\d+)\.5((?:m\d+ 0h\d+)+)/g)) {
    let x = 0
    for (const [, light, dark] of strokes.matchAll(/m(\d+) 0h(\d+)/g)) {
      x += Number(light)
      rows[Number(y)]?.fill('#', x, x + Number(dark))
      x += Number(dark)
    }
  }
  return rows.map(row => row.join(''))
}

test('a code has a quiet zone of four modules and finder patterns in three corners', () => {
  const rows = draw('otpauth://totp/Dev:ada@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Dev')
  const size = rows.length
  assert.equal((size - 8 - 17) % 4, 0, 'the size of a version')
  for (const row of [...rows.slice(0, 4), ...rows.slice(-4)]) assert.equal(row.trim(), '')
  const finder = ['#######', '#     #', '# ### #', '# ### #', '# ### #', '#     #', '#######']
  for (const [x, y] of [
    [4, 4],
    [size - 11, 4],
    [4, size - 11],
  ] as const) {
    assert.deepEqual(
      rows.slice(y, y + 7).map(row => row.slice(x, x + 7)),
      finder,
    )
  }
})

test('the path can stand in an attribute, for every text that is encoded', () => {
  assert.match(toQrCode('"><script>').path, /^[Mmh\d. ]+$/)
})
