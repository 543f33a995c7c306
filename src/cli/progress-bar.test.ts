import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgressBar, renderProgress } from './progress-bar.ts'

test('a line says how much is done, of how much, and how fast', () => {
  assert.equal(renderProgress('logins', 50, 200, 1000), `logins ${'█'.repeat(7)}${'░'.repeat(21)}  25 %  50/200  50/s`)
})

test('without a terminal it prints a line at every quarter, and the last one once', () => {
  const lines: string[] = []
  const bar = createProgressBar('x', 8, { write: text => lines.push(text) }, () => 0)
  for (let i = 0; i < 8; i += 1) bar.advance()
  bar.finish()
  assert.deepEqual(
    lines.map(line => /\d+\/8/.exec(line)?.[0]),
    ['2/8', '4/8', '6/8', '8/8'],
  )
})
