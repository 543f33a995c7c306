import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTick } from 'node:timers/promises'
import { createFairTurns } from './fair-turns.ts'
import { QueueFull } from './turns.ts'

test('a key that is alone uses every place, and no more', async () => {
  const turns = createFairTurns({ concurrency: 2, waitingPerKey: 20, waiting: 20 })
  let running = 0
  let most = 0
  const work = async () => {
    running += 1
    most = Math.max(most, running)
    await nextTick()
    running -= 1
  }
  await Promise.all(Array.from({ length: 20 }, () => turns('a')(work)))
  assert.deepEqual([most, running], [2, 0])
})

test('a key that floods is refused, and has one turn before each of the others has one', async () => {
  const turns = createFairTurns({ concurrency: 1, waitingPerKey: 50, waiting: 60 })
  const ended: string[] = []
  const take = (key: string) =>
    turns(key)(async () => {
      await nextTick()
      ended.push(key)
    })
  const flood = Promise.allSettled(Array.from({ length: 500 }, () => take('flood')))
  await take('quiet')
  assert.deepEqual(ended, ['flood', 'flood', 'quiet'], 'one was under way')
  const refused = (await flood).filter(result => result.status === 'rejected')
  assert.equal(refused.length, 449)
  assert.ok(refused.every(({ reason }) => reason instanceof QueueFull))
})

test('who has lost the place in a full room is told so', async () => {
  const turns = createFairTurns({ concurrency: 1, waitingPerKey: 10, waiting: 2 })
  const flood = Promise.allSettled(['1', '2', '3'].map(name => turns('flood')(async () => name)))
  assert.equal(await turns('quiet')(async () => 'served'), 'served')
  assert.deepEqual(
    (await flood).map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  )
})

test('failed work gives its place to the next', async () => {
  const turns = createFairTurns({ concurrency: 1, waitingPerKey: 5, waiting: 5 })
  const failing = turns('a')(() => Promise.reject(new TypeError('no')))
  const following = turns('b')(async () => 'done')
  await assert.rejects(failing, /no/)
  assert.equal(await following, 'done')
})

/** Work that ends when the test says so. */
const heldWork = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { work: () => promise, end: resolve }
}

test('a key may have fewer places than there are', async () => {
  const turns = createFairTurns({ concurrency: 3, perKey: 1, waitingPerKey: 5, waiting: 5 })
  const started: string[] = []
  const { work, end } = heldWork()
  const all = ['a', 'a', 'b', 'a'].map((key, n) =>
    turns(key)(async () => {
      started.push(`${key}${n}`)
      await work()
    }),
  )
  await nextTick()
  assert.deepEqual(started, ['a0', 'b2'])
  end()
  await Promise.all(all)
  assert.deepEqual(started, ['a0', 'b2', 'a1', 'a3'])
})

test('who leaves the queue is not served, and gives its place to others', async () => {
  const turns = createFairTurns({ concurrency: 1, waitingPerKey: 1, waiting: 1 })
  const { work, end } = heldWork()
  const running = turns('a')(work)
  const leaving = new AbortController()
  const left = turns('a', leaving.signal)(() => assert.fail('it was served'))
  await assert.rejects(turns('a')(work), QueueFull)
  leaving.abort(new TypeError('left'))
  await assert.rejects(left, /left/)
  const next = turns('a')(async () => 'served')
  end()
  await running
  assert.equal(await next, 'served')
  await assert.rejects(turns('a', leaving.signal)(work), /left/, 'who has left already does not even wait')
})

test('work that runs goes on when its signal ends: it is its own to end', async () => {
  const turns = createFairTurns({ concurrency: 1, waitingPerKey: 1, waiting: 1 })
  const { work, end } = heldWork()
  const leaving = new AbortController()
  const running = turns('a', leaving.signal)(work)
  await nextTick()
  leaving.abort()
  const next = turns('a')(async () => 'served')
  end()
  await running
  assert.equal(await next, 'served')
})
