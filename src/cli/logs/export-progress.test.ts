import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExportProgress, renderExport } from './export-progress.ts'

const NOTHING = { events: 0, share: 0 }

test('a line says how much of the time is exported, how many events that were, and how fast', () => {
  assert.equal(
    renderExport({ events: 12_345, share: 0.5, elapsedMs: 1_000, before: NOTHING }),
    `exporting ${'█'.repeat(14)}${'░'.repeat(14)}  50 %  12,345 events  12,345/s  0:01 left`,
  )
})

test('the time that is left is that of this attempt, and nothing is said before anything is known, or at the end', () => {
  const end = (share: number, elapsedMs: number, before = NOTHING): string =>
    /\/s(.*)$/.exec(renderExport({ events: 1_000, share, elapsedMs, before }))?.[1] ?? ''
  assert.equal(end(0, 1_000), '')
  assert.equal(end(1, 1_000), '')
  assert.equal(end(0.25, 60_000), '  3:00 left')
  assert.equal(end(0.01, 60_000), '  1:39:00 left')
  assert.equal(end(0.75, 10_000, { events: 900, share: 0.5 }), '  0:10 left')
  const resumed = renderExport({ events: 1_000, share: 0.75, elapsedMs: 10_000, before: { events: 900, share: 0.5 } })
  assert.match(resumed, /1,000 events {2}10\/s/)
})

test('an attempt that goes on says where', () => {
  const lines: string[] = []
  let now = 0
  const progress = createExportProgress({ isTTY: true, write: text => lines.push(text) }, () => now)
  progress.resume(500, 0.6)
  now = 100
  progress.advance(1, 0.7)
  assert.deepEqual(
    lines.map(line => /(\d+) % {2}(\d+)/.exec(line)?.slice(1, 3).map(Number)),
    [
      [60, 500],
      [70, 501],
    ],
  )
})

test('without a terminal there is no bar: a line says where it goes on, and one how it ended', () => {
  const lines: string[] = []
  let now = 0
  const progress = createExportProgress({ write: text => lines.push(text) }, () => now)
  progress.resume(1_500, 0.6)
  for (; now < 61_000; now += 1_000) progress.advance(1, now / 61_000)
  progress.finish()
  assert.deepEqual(lines, ['Going on after 1,500 events.\n', 'Exported 1,561 events in 1:01.\n'])
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
