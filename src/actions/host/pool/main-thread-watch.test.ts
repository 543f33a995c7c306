import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LIMITS } from '../../contract/limits.ts'
import { mainThreadMs, watchMainThread } from './main-thread-watch.ts'

const TOO_LONG = LIMITS.heldUpMs + 1

test('a child that works on without an answer is held up, when that is seen twice', () => {
  let used = 100
  const watch = watchMainThread(() => used)
  assert.equal(watch.tick(), 'ask')
  used += TOO_LONG
  assert.equal(watch.tick(), undefined)
  used += 5
  assert.equal(watch.tick(), 'held up')
})

test('an answer that was only waiting to be read counts', () => {
  let used = 0
  const watch = watchMainThread(() => used)
  watch.tick()
  used += TOO_LONG
  assert.equal(watch.tick(), undefined)
  watch.heard()
  assert.equal(watch.silentTicks, 0)
  used += TOO_LONG
  assert.equal(watch.tick(), 'ask', 'it is asked anew, and what it did before is forgotten')
})

test('a child that waits for a processor, or of which the system says nothing, is left in peace', () => {
  for (const used of [5, Number.NaN]) {
    const watch = watchMainThread(() => used)
    watch.tick()
    for (let n = 0; n < 100; n++) assert.equal(watch.tick(), undefined)
    assert.equal(watch.silentTicks, 101)
  }
})

test('the time of a main thread is its time on a processor', {
  skip: process.platform !== 'linux' && 'Linux tells it',
  timeout: 20_000,
}, async () => {
  const before = mainThreadMs(process.pid)
  // However busy the machine is, the loop ends when this thread has worked for so long.
  while (mainThreadMs(process.pid) - before < 30);
  const worked = mainThreadMs(process.pid)
  await new Promise(resolve => setTimeout(resolve, 200))
  assert.ok(mainThreadMs(process.pid) - worked < 150, 'waiting is no work')
  assert.ok(Number.isNaN(mainThreadMs(undefined)))
})
