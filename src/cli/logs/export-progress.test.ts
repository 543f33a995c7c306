import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExportProgress, renderExport } from './export-progress.ts'

test('a line says how much of the time is exported, how many events that were, and how fast', () => {
  assert.equal(
    renderExport(12_345, 0.5, 1_000),
    `exporting ${'█'.repeat(14)}${'░'.repeat(14)}  50 %  12,345 events  12,345/s`,
  )
})

test('without a terminal there is a line at every quarter and one at the end', () => {
  const lines: string[] = []
  const progress = createExportProgress({ write: text => lines.push(text) }, () => 0)
  for (let n = 1; n <= 100; n += 1) progress.advance(1, n / 100)
  progress.finish()
  assert.deepEqual(
    lines.map(line => /(\d+) % {2}(\d+)/.exec(line)?.slice(1, 3).map(Number)),
    [
      [25, 25],
      [50, 50],
      [75, 75],
      [100, 100],
    ],
  )
})

test('on a terminal the line is redrawn ten times a second, and ended once', () => {
  const written: string[] = []
  let now = 0
  const progress = createExportProgress({ isTTY: true, write: text => written.push(text) }, () => now)
  for (; now < 1_000; now += 10) progress.advance(1, now / 1_000)
  progress.finish()
  assert.ok(written.every(text => text.startsWith('\r')))
  assert.ok(written.length >= 9 && written.length <= 11)
  assert.deepEqual([written.join('').split('\n').length, written.at(-1)?.endsWith('\n')], [2, true])
})
