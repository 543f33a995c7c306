import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTick } from 'node:timers/promises'
import { createBoundedQueue, createKeyedTurns, QueueFull } from './turns.ts'

const gauge = () => {
  let running = 0
  let most = 0
  return {
    most: () => most,
    work: async () => {
      running += 1
      most = Math.max(most, running)
      await nextTick()
      running -= 1
    },
  }
}

test('a bounded queue runs no more than its number at once', async () => {
  const queue = createBoundedQueue(2, 100)
  const { work, most } = gauge()
  await Promise.all(Array.from({ length: 20 }, () => queue(work)))
  assert.equal(most(), 2)
})

test('a bounded queue refuses work beyond its waiting room and goes on afterwards', async () => {
  const queue = createBoundedQueue(1, 1)
  const { work } = gauge()
  const results = await Promise.allSettled([queue(work), queue(work), queue(work)])
  assert.deepEqual(
    results.map(result => result.status),
    ['fulfilled', 'fulfilled', 'rejected'],
  )
  const [, , refused] = results
  assert.ok(refused?.status === 'rejected' && refused.reason instanceof QueueFull)
  await queue(work)
})

test('failed work gives its place to the next', async () => {
  const queue = createBoundedQueue(1, 5)
  const failing = queue(() => Promise.reject(new TypeError('no')))
  const following = queue(async () => 'done')
  await assert.rejects(failing, /no/)
  assert.equal(await following, 'done')
})

test('one key waits for itself and not for another', async () => {
  const turns = createKeyedTurns(100)
  const same = gauge()
  await Promise.all(Array.from({ length: 10 }, () => turns('a')(same.work)))
  assert.equal(same.most(), 1)
  const different = gauge()
  await Promise.all(Array.from({ length: 3 }, (_, index) => turns(String(index))(different.work)))
  assert.equal(different.most(), 3)
})
