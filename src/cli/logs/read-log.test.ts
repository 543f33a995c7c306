import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { logPositionBefore } from '../../model/log-id.ts'
import type { ApiReader } from '../client/api-client.ts'
import type { LogEvent } from './log-source.ts'
import { cutSpan, nextLength, readLog } from './read-log.ts'

const START = Date.UTC(2026, 0, 1)

const eventAt = (ms: number, n: number): LogEvent => ({
  log_id: logPositionBefore(START + ms + 1).slice(0, 20) + String(n).padStart(36, '0'),
  type: n % 3 ? 's' : 'f',
})

/** A log in memory behind the doors of the API: onward from an id, and the search that the reader sends. */
const createApi = (events: readonly LogEvent[], delay: (request: number) => Promise<void> = async () => {}) => {
  let requests = 0
  let underWay = 0
  let most = 0
  const find = ({ from, q, take, per_page }: Readonly<Record<string, string>>): readonly LogEvent[] => {
    const [, type, after = from ?? '', through = '99'] =
      /^\(type:(\w)\) AND log_id:\{(\d+) TO (\d+)\]$/.exec(q ?? '') ?? []
    const isFound = ({ log_id, type: is }: LogEvent) => log_id > after && log_id <= through && (!type || is === type)
    return events.filter(isFound).slice(0, Number(take ?? per_page))
  }
  const api: ApiReader = {
    async get(_, query) {
      requests += 1
      underWay += 1
      most = Math.max(most, underWay)
      await delay(requests)
      underWay -= 1
      return find(query)
    },
  }
  return { api, requests: () => requests, most: () => most }
}

const readAll = async (api: ApiReader, events: readonly LogEvent[], query?: string): Promise<string[]> => {
  const span = { after: logPositionBefore(START), through: events.at(-1)?.log_id ?? logPositionBefore(START + 1) }
  const ids: string[] = []
  for await (const part of readLog(api, span, query)) {
    assert.ok(part.events.length <= 2_000)
    ids.push(...part.events.map(({ log_id }) => log_id))
  }
  return ids
}

const idsOf = (events: readonly LogEvent[]): string[] => events.map(({ log_id }) => log_id)

/** Gaps of any size between events, bursts among them. */
const anyLog = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 90_000_000 })),
      burst: fc.oneof(
        { arbitrary: fc.constant(1), weight: 8 },
        { arbitrary: fc.integer({ min: 1, max: 700 }), weight: 1 },
      ),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map(steps => {
    let ms = 0
    const events: LogEvent[] = []
    for (const { gap, burst } of steps) {
      ms += gap
      for (let n = 0; n < burst; n += 1) events.push(eventAt(ms, events.length))
    }
    return events
  })

test('however events lie in time, each is read once and in the order of the log', async () => {
  await fc.assert(
    fc.asyncProperty(anyLog, fc.boolean(), async (events, isQuery) => {
      const { api } = createApi(events, request => new Promise(resolve => setTimeout(resolve, request % 3 ? 0 : 1)))
      const wanted = isQuery ? events.filter(({ type }) => type === 'f') : events
      assert.deepEqual(await readAll(api, events, isQuery ? 'type:f' : undefined), idsOf(wanted))
    }),
    { numRuns: 60 },
  )
})

test('ten thousand events of one moment are read too', async () => {
  const events = Array.from({ length: 10_000 }, (_, n) => eventAt(5, n))
  const { api } = createApi(events)
  assert.deepEqual(await readAll(api, events), idsOf(events))
})

test('a dense log costs little more than its pages, and a year of silence a bounded number of requests', async () => {
  const dense = Array.from({ length: 50_000 }, (_, n) => eventAt(n, n))
  const first = createApi(dense)
  await readAll(first.api, dense)
  assert.ok(first.requests() < 650, `${first.requests()} requests for 500 pages`)
  const thin = [eventAt(0, 1), eventAt(365 * 86_400_000, 2)]
  const second = createApi(thin)
  await readAll(second.api, thin)
  assert.ok(second.requests() < 420, `${second.requests()} requests for 366 days`)
})

test('a few requests run side by side, never more, also behind a slow reader', async () => {
  const events = Array.from({ length: 20_000 }, (_, n) => eventAt(n * 5, n))
  const { api, most, requests } = createApi(events, () => new Promise(resolve => setTimeout(resolve, 1)))
  const span = { after: logPositionBefore(START), through: events.at(-1)?.log_id ?? '' }
  const reader = readLog(api, span)
  for (let parts = 0; parts < 10; parts += 1) await reader.next()
  await new Promise(resolve => setTimeout(resolve, 200))
  const asked = requests()
  await new Promise(resolve => setTimeout(resolve, 100))
  assert.equal(requests(), asked, 'nothing is read further ahead than the reader can follow')
  assert.ok(most() > 1 && most() <= 4, `${most()} at once`)
  await reader.return()
})

test('of large events fewer are held', async () => {
  const text = 'x'.repeat(30_000)
  const events = Array.from({ length: 3_000 }, (_, n) => ({ ...eventAt(n, n), text }))
  const { api } = createApi(events)
  const span = { after: logPositionBefore(START), through: events.at(-1)?.log_id ?? '' }
  let count = 0
  for await (const part of readLog(api, span)) {
    assert.ok(part.events.length <= 100)
    count += part.events.length
  }
  assert.equal(count, events.length)
})

test('a failure is thrown in its turn, and those behind it are not left unheard', async () => {
  const events = Array.from({ length: 5_000 }, (_, n) => eventAt(n * 10, n))
  const { api } = createApi(events, async request => {
    if (request > 12) throw new TypeError('away')
  })
  await assert.rejects(readAll(api, events), { message: 'away' })
})

test('a server that repeats itself does not lead in a circle', async () => {
  const page = Array.from({ length: 100 }, (_, n) => eventAt(1, n))
  const liar: ApiReader = { get: async () => page }
  const ids = await readAll(liar, [eventAt(1_000, 1)])
  assert.deepEqual(ids, idsOf(page))
})

test('a piece is never empty, and the last one ends where the stretch does', () => {
  const stretch = { after: eventAt(0, 3).log_id, through: eventAt(10, 9).log_id }
  const [piece, rest] = cutSpan(stretch, 0)
  assert.ok(piece.after < piece.through && rest?.after === piece.through && rest.through === stretch.through)
  assert.deepEqual(cutSpan(stretch, 1_000), [stretch, undefined])
})

test('spans grow where little is found, shrink where much is, and are a day at the most', () => {
  assert.equal(nextLength(1_000, 0), 8_000)
  assert.equal(nextLength(1_000, 1), 1_000)
  assert.equal(nextLength(10, 2), 5)
  assert.equal(nextLength(0, 2), 1)
  assert.equal(nextLength(86_400_000, 0), 86_400_000)
})
