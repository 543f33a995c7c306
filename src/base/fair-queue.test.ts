import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFairQueue } from './fair-queue.ts'

const create = (options: { capacity: number; perKey: number; waitingPerKey: number }) => {
  const started: string[] = []
  return { started, queue: createFairQueue<string>({ ...options, start: work => started.push(work) }) }
}

test('work starts at once while there are places', () => {
  const { started, queue } = create({ capacity: 2, perKey: 2, waitingPerKey: 10 })
  assert.deepEqual(
    ['a1', 'a2', 'a3'].map(work => queue.push('a', work)),
    ['started', 'started', 'waits'],
  )
  assert.deepEqual(started, ['a1', 'a2'])
  queue.done('a')
  assert.deepEqual(started, ['a1', 'a2', 'a3'])
})

test('a key that floods does not delay another key by more than one piece of work', () => {
  const { started, queue } = create({ capacity: 1, perKey: 1, waitingPerKey: 100 })
  for (let n = 0; n < 50; n++) queue.push('flood', `f${n}`)
  queue.push('quiet', 'q0')
  queue.done('flood')
  queue.done('flood')
  assert.deepEqual(started, ['f0', 'f1', 'q0'])
})

test('one key cannot take every place', () => {
  const { started, queue } = create({ capacity: 3, perKey: 2, waitingPerKey: 10 })
  for (const work of ['a1', 'a2', 'a3']) queue.push('a', work)
  queue.push('b', 'b1')
  assert.deepEqual(started, ['a1', 'a2', 'b1'])
})

test('waiting is bounded, and waiting work can be taken back', () => {
  const { started, queue } = create({ capacity: 1, perKey: 1, waitingPerKey: 2 })
  assert.deepEqual(
    ['1', '2', '3', '4'].map(work => queue.push('a', work)),
    ['started', 'waits', 'waits', 'refused'],
  )
  assert.equal(queue.withdraw('a', '2'), true)
  assert.equal(queue.withdraw('a', '1'), false)
  assert.deepEqual(queue.drain(), ['3'])
  queue.done('a')
  assert.deepEqual(started, ['1'])
})

/** A queue with one place for work and room for three that wait. */
const createNarrow = (capacity = 1, perKey = 1) => {
  const [started, displaced]: [string[], string[]] = [[], []]
  const room = { waiting: 3, onDisplaced: (work: string) => displaced.push(work) }
  const start = (work: string) => started.push(work)
  return { started, displaced, queue: createFairQueue<string>({ capacity, perKey, waitingPerKey: 10, start, room }) }
}

test('when the room is full, the longest line gives a place to a shorter one', () => {
  const { started, displaced, queue } = createNarrow()
  for (const work of ['f0', 'f1', 'f2', 'f3']) queue.push('flood', work)
  assert.equal(queue.push('flood', 'f4'), 'refused')
  assert.equal(queue.push('quiet', 'q0'), 'waits')
  assert.deepEqual(displaced, ['f3'])
  for (const key of ['flood', 'flood', 'quiet', 'flood']) queue.done(key)
  assert.deepEqual(started, ['f0', 'f1', 'q0', 'f2'])
  assert.deepEqual(queue.drain(), [])
})

test('no line gives way to one that would be as long', () => {
  const { displaced, queue } = createNarrow()
  for (const key of ['a', 'b', 'c', 'd']) queue.push(key, `${key}0`)
  assert.equal(queue.push('e', 'e0'), 'refused')
  assert.equal(queue.push('b', 'b1'), 'refused')
  assert.deepEqual(displaced, [])
})

test('a full room keeps no key out of a free place', () => {
  const { started, displaced, queue } = createNarrow(2, 1)
  for (const work of ['f0', 'f1', 'f2', 'f3']) queue.push('flood', work)
  assert.equal(queue.push('quiet', 'q0'), 'started')
  assert.deepEqual([started, displaced], [['f0', 'q0'], []])
})

test('what was taken back, drained or displaced leaves its place to others', () => {
  const { displaced, queue } = createNarrow()
  for (const work of ['a0', 'a1', 'a2', 'a3']) queue.push('a', work)
  queue.push('b', 'b0')
  assert.deepEqual(displaced, ['a3'])
  assert.equal(queue.withdraw('a', 'a2'), true)
  assert.equal(queue.push('a', 'a4'), 'waits')
  assert.deepEqual(queue.drain(), ['a1', 'a4', 'b0'])
  for (const work of ['a5', 'a6', 'a7']) assert.equal(queue.push('a', work), 'waits')
})
