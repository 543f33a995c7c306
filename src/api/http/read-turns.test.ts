import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTick } from 'node:timers/promises'
import { assertRefused, createTestApi, OPERATIONS, signToken } from '../../../test/kit/management-api.ts'
import type { CancellableRead } from '../../store/database/cancellable-read.ts'
import { readKindOf } from './read-turns.ts'

test('every GET of more than one object is a search or a list, and nothing else is', () => {
  const kinds = Map.groupBy(OPERATIONS, readKindOf)
  const paths = (kind: 'search' | 'list' | undefined) =>
    (kinds.get(kind) ?? []).map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(paths('search'), ['get /logs', 'get /users/{id}/logs', 'get /users'])
  assert.ok(paths('list').includes('get /experimentation/experiments'))
  for (const path of paths(undefined)) assert.match(path, /^(post|put|patch|delete) |^get .*\}$/)
})

/** An API whose searches and lists wait for the test. */
const createHeldApi = async () => {
  const held: { end(): void; readonly signal: AbortSignal }[] = []
  const readCancellably: CancellableRead = async signal => {
    const { promise, resolve } = Promise.withResolvers<void>()
    held.push({ end: resolve, signal })
    await promise
    throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' })
  }
  const api = await createTestApi({ readCancellably, readPlaces: 2 })
  const headers = { authorization: `Bearer ${await signToken({ scope: 'read:logs read:experimentation' })}` }
  const get = (path: string, signal?: AbortSignal) => api.request(path, { headers, ...(signal ? { signal } : {}) })
  const untilHeld = async (count: number): Promise<void> => {
    while (held.length < count) await nextTick()
  }
  return { api, get, held, untilHeld, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() }
}

test('a tenant has one search under way, and lists do not wait for searches', async () => {
  await using kit = await createHeldApi()
  const { get, held, untilHeld } = kit
  const searches = [1, 2, 3].map(() => get('/api/v2/logs?q=type:s'))
  await untilHeld(1)
  const lists = [1, 2, 3].map(() => get('/api/v2/experimentation/segments'))
  await untilHeld(3)
  for (let i = 0; i < 100; i += 1) await nextTick()
  assert.equal(held.length, 3, 'one search and two lists')
  for (let ended = 0; ended < 6; ended += 1) {
    await untilHeld(ended + 1)
    held[ended]?.end()
  }
  for (const answer of await Promise.all([...searches, ...lists])) assertRefused(answer, 400, 'query_too_slow')
})

test('what is malformed is refused without a turn, and one object is read without one', async () => {
  await using kit = await createHeldApi()
  const { get } = kit
  assertRefused(await get('/api/v2/experimentation/segments?take=many'), 400, 'invalid_query_string')
  assertRefused(await get('/api/v2/experimentation/segments/none'), 404, 'inexistent_segment')
  assert.equal(kit.held.length, 0)
})

test('of those that wait a tenant has twenty; more are told to come back', async () => {
  await using kit = await createHeldApi()
  const { get, held, untilHeld } = kit
  const searches = Array.from({ length: 21 }, () => get('/api/v2/logs?q=type:s'))
  await untilHeld(1)
  for (let i = 0; i < 100; i += 1) await nextTick()
  const refused = await get('/api/v2/logs?q=type:s')
  assert.match(assertRefused(refused, 429, 'too_many_requests'), /retry in a moment/)
  assert.equal(refused.headers.get('retry-after'), '2')
  for (let ended = 0; ended < 21; ended += 1) {
    await untilHeld(ended + 1)
    held[ended]?.end()
  }
  await Promise.all(searches)
})

test('a caller who leaves takes the read along, waiting or under way, and no error is told to the operator', async () => {
  await using kit = await createHeldApi()
  const { get, held, untilHeld } = kit
  const [first, second] = [new AbortController(), new AbortController()]
  const ask = ({ signal }: AbortController) => get('/api/v2/logs?q=type:s', signal)
  const running = ask(first)
  await untilHeld(1)
  const waiting = ask(second)
  for (let i = 0; i < 100; i += 1) await nextTick()
  second.abort()
  await waiting
  first.abort()
  assert.equal(held[0]?.signal.aborted, true)
  held[0]?.end()
  await running
  assert.equal(held.length, 1, 'the second never began')
  assert.deepEqual(kit.api.errors, [])
})
