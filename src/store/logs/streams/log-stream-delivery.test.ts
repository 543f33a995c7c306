import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createLogDatabase, DEV, OTHER } from '../../../../test/kit/tenant-log.ts'
import { systemRandom } from '../../../base/random.ts'
import { ApiError } from '../../../model/error-codes.ts'
import { createId } from '../../../model/ids.ts'
import {
  listDueLogStreams,
  loadStreamState,
  noteStreamError,
  releaseLease,
  renewLease,
  saveFailure,
  saveProgress,
  takeLease,
} from './log-stream-delivery.ts'
import { loadLogStreamHealth } from './log-stream-health.ts'
import {
  deleteLogStream,
  insertLogStream,
  listLogStreams,
  loadLogStream,
  type NewLogStream,
  updateLogStream,
} from './log-stream-store.ts'

const toStream = (more: Partial<NewLogStream> = {}): NewLogStream => ({
  id: createId('log_stream', systemRandom),
  name: 'stream',
  type: 'http',
  status: 'active',
  isPriority: false,
  filters: [],
  piiConfig: undefined,
  sink: { httpEndpoint: 'https://example.com' },
  sealedSecrets: 'v1.sealed',
  ...more,
})

const now = new Date('2026-11-20T12:00:00.000Z')
const TTL = 60_000
const ERROR = { reason: 'Broken.', status: 500, firstLogId: '900', events: 3 }

const open = async (t: { after: (work: () => Promise<void>) => void }) => {
  const { db, close } = await createLogDatabase()
  t.after(close)
  const place = { db, tenantId: DEV }
  const stream = await insertLogStream(place, toStream(), { now })
  return { db, place, stream, key: { tenantId: DEV, id: stream.id } }
}

const expire = (db: Awaited<ReturnType<typeof open>>['db']) =>
  db.updateTable('log_stream_deliveries').set({ lease_expires_at: sql`now() - interval '1 second'` }).execute()

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof ApiError ? error.code : assert.fail(String(error))
}

test('of many servers that want a lease one gets it, and the next when it has expired', async t => {
  const { db, key } = await open(t)
  assert.deepEqual(await listDueLogStreams(db, 10), [key])
  const taken = await Promise.all(Array.from({ length: 8 }, () => takeLease(db, key, TTL)))
  assert.equal(taken.filter(lease => lease !== undefined).length, 1)
  assert.deepEqual(await listDueLogStreams(db, 10), [])
  await expire(db)
  assert.deepEqual(await listDueLogStreams(db, 10), [key])
  assert.ok(await takeLease(db, key, TTL))
})

test('a server that slept through the end of its lease can change nothing any more', async t => {
  const { db, key, stream } = await open(t)
  const old = await takeLease(db, key, TTL)
  await expire(db)
  const young = await takeLease(db, key, TTL)
  assert.ok(old && young)
  assert.ok(await saveProgress(db, young.lease, { position: '9002', delivered: 2 }, TTL))
  assert.equal(await saveProgress(db, old.lease, { position: '9001', delivered: 1 }, TTL), false)
  assert.equal(await saveProgress(db, old.lease, { position: '9003', delivered: 1 }, TTL), false)
  assert.equal(await saveFailure(db, old.lease, ERROR, 0), false)
  assert.equal(await renewLease(db, old.lease, TTL), false)
  assert.equal(await loadStreamState(db, old.lease), undefined)
  await releaseLease(db, old.lease)
  assert.deepEqual(await loadStreamState(db, young.lease), { status: 'active', revision: stream.revision })
  assert.equal((await loadLogStreamHealth(db, key))?.delivered, 2)
})

test('the position never moves back', async t => {
  const { db, key } = await open(t)
  const taken = await takeLease(db, key, TTL)
  assert.ok(taken)
  assert.ok(await saveProgress(db, taken.lease, { position: '9002', delivered: 2 }, TTL))
  assert.equal(await saveProgress(db, taken.lease, { position: '9001', delivered: 2 }, TTL), false)
  await releaseLease(db, taken.lease)
  assert.equal((await takeLease(db, key, TTL))?.position, '9002')
})

test('a failure is counted, shown, and waited for; a success forgets it', async t => {
  const { db, key } = await open(t)
  const first = await takeLease(db, key, TTL)
  assert.ok(first)
  assert.ok(await saveFailure(db, first.lease, ERROR, 60_000))
  assert.equal(await takeLease(db, key, TTL), undefined, 'the time of the next attempt counts for every server')
  assert.deepEqual(await listDueLogStreams(db, 10), [])
  const failing = await loadLogStreamHealth(db, key)
  assert.partialDeepStrictEqual(failing, { attempts: 1, errors: [{ ...ERROR }] })
  assert.ok(failing?.failingSince && failing.retryAt)
  await db.updateTable('log_stream_deliveries').set({ retry_at: sql`now()` }).execute()
  const second = await takeLease(db, key, TTL)
  assert.ok(second)
  assert.equal(second.attempts, 1)
  assert.ok(await saveProgress(db, second.lease, { position: '9001', delivered: 1 }, TTL))
  assert.partialDeepStrictEqual(await loadLogStreamHealth(db, key), { attempts: 0, errors: [{ ...ERROR }] })
})

test('the last ten errors of five days are kept', async t => {
  const { db, key } = await open(t)
  for (let n = 0; n < 25; n++) await noteStreamError(db, key, { ...ERROR, reason: `Error ${n}.` })
  const { errors } = (await loadLogStreamHealth(db, key)) ?? assert.fail()
  assert.deepEqual(
    errors.map(({ reason }) => reason),
    Array.from({ length: 10 }, (_, n) => `Error ${24 - n}.`),
  )
  const { count } = await db
    .selectFrom('log_stream_errors')
    .select(sql<number>`count(*)::int`.as('count'))
    .executeTakeFirstOrThrow()
  assert.equal(count, 10)
  await db.updateTable('log_stream_errors').set({ happened_at: sql`now() - interval '6 days'` }).execute()
  assert.deepEqual((await loadLogStreamHealth(db, key))?.errors, [])
})

test('deliveries are counted by the minute', async t => {
  const { db, key } = await open(t)
  const taken = await takeLease(db, key, TTL)
  assert.ok(taken)
  await saveProgress(db, taken.lease, { position: '9001', delivered: 30 }, TTL)
  await db.updateTable('log_stream_deliveries').set({ minute: sql`minute - interval '1 minute'` }).execute()
  await saveProgress(db, taken.lease, { position: '9002', delivered: 12 }, TTL)
  const row = await db.selectFrom('log_stream_deliveries').selectAll().executeTakeFirstOrThrow()
  assert.deepEqual([row.delivered, row.minute_delivered, row.last_minute_delivered], ['42', '12', '30'])
  await db.updateTable('log_stream_deliveries').set({ minute: sql`minute - interval '5 minutes'` }).execute()
  assert.equal((await loadLogStreamHealth(db, key))?.rate, 0)
})

test('streams belong to their tenant, are listed by age, and are limited in number', async t => {
  const { db, place, stream } = await open(t)
  const elsewhere = { db, tenantId: OTHER }
  assert.equal(await codeOf(loadLogStream(elsewhere, stream.id)), 'inexistent_log_stream')
  assert.equal(await codeOf(updateLogStream(elsewhere, stream.id, { name: 'x' }, now)), 'inexistent_log_stream')
  await deleteLogStream(elsewhere, stream.id)
  const attempts = Array.from({ length: 12 }, (_, n) =>
    insertLogStream(place, toStream({ name: `stream ${n}` }), { now: new Date(now.getTime() + n + 1) }).then(
      () => 'created',
      () => 'refused',
    ),
  )
  const outcomes = await Promise.all(attempts)
  assert.equal(outcomes.filter(outcome => outcome === 'created').length, 9)
  assert.equal((await listLogStreams(place))[0]?.id, stream.id)
  assert.equal((await listLogStreams(place)).length, 10)
  assert.equal(await codeOf(insertLogStream(place, toStream(), { now })), 'log_stream_limit_exceeded')
  assert.deepEqual(await listLogStreams(elsewhere), [])
})

test('a change raises the revision and tries a failing stream again at once', async t => {
  const { db, place, stream, key } = await open(t)
  const taken = await takeLease(db, key, TTL)
  assert.ok(taken)
  await saveFailure(db, taken.lease, ERROR, 3_600_000)
  const changed = await updateLogStream(
    place,
    stream.id,
    { status: 'active', filters: [{ type: 'category', name: 'other' }], piiConfig: { log_fields: ['email'] } },
    now,
  )
  assert.ok(BigInt(changed.revision) > BigInt(stream.revision))
  assert.deepEqual(await loadLogStream(place, stream.id), changed)
  assert.deepEqual(await listDueLogStreams(db, 10), [key])
})

test('a stream that is deleted takes its position and errors along', async t => {
  const { db, place, stream, key } = await open(t)
  await noteStreamError(db, key, ERROR)
  await deleteLogStream(place, stream.id)
  await deleteLogStream(place, stream.id)
  assert.equal(await codeOf(loadLogStream(place, stream.id)), 'inexistent_log_stream')
  assert.equal(await loadLogStreamHealth(db, key), undefined)
  await noteStreamError(db, key, ERROR)
  assert.deepEqual(await db.selectFrom('log_stream_errors').selectAll().execute(), [])
})
