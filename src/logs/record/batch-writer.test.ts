import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BatchWriterOptions, createBatchWriter } from './batch-writer.ts'
import { createPendingEvent } from './pending-event.ts'

type Append = BatchWriterOptions['append']

const AWAY = new TypeError('away')
const REFUSED = new TypeError('refused')

const idOf = (batch: number, text: string) => `${batch}:${text}`

/** Writes the texts as one batch; the outcomes are those that the callers of `record()` get. */
const openWriter = (append: Append) => {
  const write = createBatchWriter({ append, isRetryable: error => error === AWAY })
  return async (texts: readonly string[], patienceMs = 5_000) => {
    const events = texts.map(text => createPendingEvent(text, patienceMs, () => new TypeError('expired')))
    const outcomes = Promise.allSettled(events.map(event => event.outcome))
    await write(events)
    return outcomes
  }
}

test('while the database is away the same batch is tried again, unchanged', async () => {
  const attempts: [number, readonly string[]][] = []
  const write = openWriter(async (batch, texts) => {
    attempts.push([batch, texts])
    if (attempts.length < 4) throw AWAY
    return texts.map(text => idOf(batch, text))
  })
  assert.deepEqual(await write(['a', 'b']), [
    { status: 'fulfilled', value: '1:a' },
    { status: 'fulfilled', value: '1:b' },
  ])
  assert.deepEqual(attempts, Array(4).fill([1, ['a', 'b']]))
})

test('an event that the database refuses is rejected alone and the others are written once, in their order', async () => {
  const written: string[] = []
  const numbers: number[] = []
  const write = openWriter(async (batch, texts) => {
    numbers.push(batch)
    if (texts.includes('bad')) throw REFUSED
    written.push(...texts)
    return texts.map(text => idOf(batch, text))
  })
  const texts = ['a', 'b', 'c', 'bad', 'd', 'e', 'f']
  const outcomes = await write(texts)
  assert.deepEqual(outcomes[3], { status: 'rejected', reason: REFUSED })
  assert.equal(outcomes.filter(outcome => outcome.status === 'rejected').length, 1)
  assert.deepEqual(
    written,
    texts.filter(text => text !== 'bad'),
  )
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].toSorted((a, b) => a - b),
    'every part has a greater number of its own',
  )
})

test('a batch for which no caller waits any more is given up, and the next one is written', async () => {
  let isAway = true
  const written: string[] = []
  const write = openWriter(async (batch, texts) => {
    if (isAway) throw AWAY
    written.push(...texts)
    return texts.map(text => idOf(batch, text))
  })
  const [outcome] = await Promise.race([write(['a'], 50), sleep(2_000, [])])
  assert.ok(outcome?.status === 'rejected')
  assert.match(String(outcome.reason), /expired/)
  isAway = false
  assert.deepEqual(await write(['b']), [{ status: 'fulfilled', value: '2:b' }])
  assert.deepEqual(written, ['b'])
})
