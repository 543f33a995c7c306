import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WriteBatch } from './batch-writer.ts'
import { createPendingEvent, type PendingEvent } from './pending-event.ts'
import { createTenantLane, type LaneOptions } from './tenant-lane.ts'

/** A lane whose batches are kept. */
const openLane = (options: Partial<LaneOptions> = {}) => {
  const batches: (readonly string[])[] = []
  const released: PendingEvent[] = []
  const write: WriteBatch = async events => {
    batches.push(events.map(event => event.text))
    await sleep(1)
    for (const event of events) event.resolve(event.text)
  }
  const lane = createTenantLane({
    write,
    maxDelayMs: 5,
    maxBatch: 100,
    release: event => released.push(event),
    ...options,
  })
  const push = (text: string, patienceMs = 5_000) => {
    const event = createPendingEvent(text, patienceMs, () => new TypeError('expired'))
    lane.push(event)
    return event.outcome
  }
  return { push, batches, released }
}

test('events that come while a batch is written form the next batch, in their order', async () => {
  const arrived = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const batches: (readonly string[])[] = []
  const write: WriteBatch = async events => {
    batches.push(events.map(event => event.text))
    arrived.resolve()
    await gate.promise
    for (const event of events) event.resolve(event.text)
  }
  const { push } = openLane({ write })
  const first = push('a')
  await arrived.promise
  const rest = ['b', 'c', 'd'].map(text => push(text))
  gate.resolve()
  await Promise.all([first, ...rest])
  assert.deepEqual(batches, [['a'], ['b', 'c', 'd']])
})

test('events of one turn are written together without any wait', async () => {
  const { push, batches } = openLane({ maxDelayMs: 60_000 })
  await Promise.all([push('a'), push('b')])
  assert.deepEqual(batches, [['a', 'b']])
})

test('after a batch of several, a first event waits for company, but not longer than the delay', async () => {
  const { push, batches } = openLane({ maxDelayMs: 30 })
  await Promise.all([push('a'), push('b')])
  await sleep(5)
  const third = push('c')
  await sleep(5)
  const fourth = push('d')
  await Promise.all([third, fourth])
  assert.deepEqual(batches, [
    ['a', 'b'],
    ['c', 'd'],
  ])
})

test('a batch never holds more events than allowed', async () => {
  const { push, batches } = openLane({ maxBatch: 3 })
  await Promise.all(Array.from({ length: 8 }, (_, index) => push(String(index))))
  assert.deepEqual(
    batches.map(batch => batch.length),
    [3, 3, 2],
  )
})

test('a batch never holds more than 4 MB, and an event of any size is written', async () => {
  const { push, batches } = openLane()
  const large = 'x'.repeat(1_500_000)
  await Promise.all([large, large, large, 'y'.repeat(5_000_000)].map(text => push(text)))
  assert.deepEqual(
    batches.map(batch => batch.length),
    [2, 1, 1],
  )
})

test('an event whose caller has given up before its turn is not written, and its memory is given back', async () => {
  const arrived = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const written: string[] = []
  const write: WriteBatch = async events => {
    arrived.resolve()
    await gate.promise
    for (const event of events) {
      written.push(event.text)
      event.resolve(event.text)
    }
  }
  const { push, released } = openLane({ write })
  const first = push('a')
  await arrived.promise
  await assert.rejects(push('b', 1), /expired/)
  gate.resolve()
  await Promise.all([first, push('c')])
  await sleep(1)
  assert.deepEqual(written, ['a', 'c'])
  assert.deepEqual(
    released.map(event => event.text),
    ['a', 'b', 'c'],
  )
})
