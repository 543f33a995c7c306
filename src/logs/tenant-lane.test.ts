import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPendingEvent, type PendingEvent } from './pending-event.ts'
import { createTenantLane, type LaneOptions } from './tenant-lane.ts'

const AWAY = new TypeError('away')
const REFUSED = new TypeError('refused')

type Append = LaneOptions['append']

const idOf = (batch: number, text: string) => `${batch}:${text}`

/** A lane over a log that keeps what it is given. */
const openLane = (options: Partial<LaneOptions> = {}) => {
  const batches: (readonly string[])[] = []
  const released: PendingEvent[] = []
  const keep: Append = async (batch, texts) => {
    batches.push(texts)
    await sleep(1)
    return texts.map(text => idOf(batch, text))
  }
  const lane = createTenantLane({
    append: keep,
    isRetryable: error => error === AWAY,
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
  const append: Append = async (batch, texts) => {
    batches.push(texts)
    arrived.resolve()
    await gate.promise
    return texts.map(text => idOf(batch, text))
  }
  const { push } = openLane({ append })
  const first = push('a')
  await arrived.promise
  const rest = ['b', 'c', 'd'].map(text => push(text))
  gate.resolve()
  assert.equal(await first, '1:a')
  assert.deepEqual(await Promise.all(rest), ['2:b', '2:c', '2:d'])
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

test('while the database is away the same batch is tried again, unchanged', async () => {
  const attempts: [number, readonly string[]][] = []
  const append: Append = async (batch, texts) => {
    attempts.push([batch, texts])
    if (attempts.length < 4) throw AWAY
    return texts.map(text => idOf(batch, text))
  }
  const { push } = openLane({ append })
  assert.deepEqual(await Promise.all([push('a'), push('b')]), ['1:a', '1:b'])
  assert.deepEqual(attempts, Array(4).fill([1, ['a', 'b']]))
})

test('an event that the database refuses is rejected alone and the others are written once', async () => {
  const written: string[] = []
  const append: Append = async (batch, texts) => {
    if (texts.includes('bad')) throw REFUSED
    written.push(...texts)
    return texts.map(text => idOf(batch, text))
  }
  const { push } = openLane({ append })
  const texts = ['a', 'b', 'c', 'bad', 'd', 'e', 'f']
  const outcomes = await Promise.allSettled(texts.map(text => push(text)))
  assert.deepEqual(
    outcomes.filter(outcome => outcome.status === 'rejected').map(outcome => outcome.reason),
    [REFUSED],
  )
  assert.deepEqual(
    written,
    texts.filter(text => text !== 'bad'),
  )
})

test('callers get their answer in time while the database stays away, and the lane goes on afterwards', async () => {
  let isAway = true
  const written: string[] = []
  const append: Append = async (batch, texts) => {
    if (isAway) throw AWAY
    written.push(...texts)
    return texts.map(text => idOf(batch, text))
  }
  const { push, released } = openLane({ append })
  await assert.rejects(Promise.race([push('a', 50), sleep(2_000)]), /expired/)
  await assert.rejects(Promise.race([push('b', 50), sleep(2_000)]), /expired/)
  isAway = false
  await push('c')
  assert.ok(!written.includes('b'), 'nobody waited for b when the database came back')
  assert.ok(written.includes('c'))
  await sleep(1)
  assert.equal(released.length, 3)
})
