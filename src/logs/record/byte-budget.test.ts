import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createByteBudget } from './byte-budget.ts'

const watch = (promise: Promise<void>) => {
  const state = { isDone: false }
  void promise.then(() => {
    state.isDone = true
  })
  return state
}

test('what fits enters at once, what does not waits until there is room', async () => {
  const budget = createByteBudget(10)
  await budget.take(6)
  const waiting = watch(budget.take(5))
  await nextTurn()
  assert.equal(waiting.isDone, false)
  budget.give(6)
  await nextTurn()
  assert.equal(waiting.isDone, true)
})

test('a small one does not overtake a large one that waits', async () => {
  const budget = createByteBudget(10)
  await budget.take(6)
  const large = watch(budget.take(9))
  const small = watch(budget.take(1))
  await nextTurn()
  assert.deepEqual([large.isDone, small.isDone], [false, false])
  budget.give(6)
  await nextTurn()
  assert.deepEqual([large.isDone, small.isDone], [true, true])
})

test('something larger than the whole budget enters when nothing else is in it', async () => {
  const budget = createByteBudget(10)
  await budget.take(1)
  const huge = watch(budget.take(50))
  await nextTurn()
  assert.equal(huge.isDone, false)
  budget.give(1)
  await nextTurn()
  assert.equal(huge.isDone, true)
})
