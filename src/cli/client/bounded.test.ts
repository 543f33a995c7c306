import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { mapBounded } from './bounded.ts'

test('never more jobs are under way than the limit, and results keep the order', async () => {
  let running = 0
  let most = 0
  const results = await mapBounded([1, 2, 3, 4, 5, 6, 7], 3, async item => {
    running += 1
    most = Math.max(most, running)
    await setImmediate()
    running -= 1
    return item * 2
  })
  assert.deepEqual(results, [2, 4, 6, 8, 10, 12, 14])
  assert.equal(most, 3)
})

test('after a failure no further job starts', async () => {
  const started: number[] = []
  await assert.rejects(
    mapBounded([1, 2, 3, 4], 1, async item => {
      started.push(item)
      if (item === 2) throw new TypeError('two')
    }),
    { message: 'two' },
  )
  assert.deepEqual(started, [1, 2])
})
