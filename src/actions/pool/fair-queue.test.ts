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
