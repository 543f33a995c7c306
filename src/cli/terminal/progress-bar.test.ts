import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgressBar, renderProgress } from './progress-bar.ts'

test('a line says how much is done, of how much, and how fast', () => {
  assert.equal(renderProgress('logins', 50, 200, 1000), `logins ${'█'.repeat(7)}${'░'.repeat(21)}  25 %  50/200  50/s`)
})

test('without a terminal there is no bar, and one line at the end', () => {
  const written: string[] = []
  let now = 0
  const bar = createProgressBar('logins', 8, { write: text => written.push(text) }, () => now)
  for (; now < 8_000; now += 1_000) bar.advance()
  bar.finish()
  assert.deepEqual(written, ['logins 8 in 8.0 s\n'])
})

test('on a terminal the bar is redrawn ten times a second at most, and ended once', () => {
  const written: string[] = []
  let now = 0
  const bar = createProgressBar('logins', 100, { isTTY: true, write: text => written.push(text) }, () => now)
  for (; now < 1_000; now += 10) bar.advance()
  bar.finish()
  assert.ok(written.every(text => text.startsWith('\r')))
  assert.ok(written.length >= 9 && written.length <= 11, String(written.length))
  assert.match(written.at(-1) ?? '', /100\/100 .*\n$/)
})
