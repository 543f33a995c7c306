import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { DEV } from '../../../test/kit/tenant-log.ts'
import { createEgress } from '../../base/egress.ts'
import { loadLogStreamHealth } from '../../store/logs/streams/log-stream-health.ts'
import { loadLogStream, updateLogStream } from '../../store/logs/streams/log-stream-store.ts'
import { http } from '../sinks/http.ts'
import { startReceiver } from '../sinks/receiver-contract.ts'
import type { OpenSink, SendResult } from '../sinks/sink.ts'
import { LOCAL, toPorts } from '../sinks/sink-contract.ts'
import { checkDelivered, createDestination, createRig, FAST, isComplete, until } from './delivery-contract.ts'

const DOWN: SendResult = { kind: 'retry', reason: 'The connection was refused.' }
const ACCEPTED: SendResult = { kind: 'accepted' }

test('a destination that is down gets everything when it is back', async t => {
  const rig = await createRig(t)
  const { id } = await rig.addStream()
  const isDown = (call: number) => call <= 12
  const destination = createDestination(call => (isDown(call) ? DOWN : ACCEPTED), isDown)
  rig.deliver(destination)
  const written: string[] = []
  for (let round = 0; round < 6; round++) {
    written.push(...(await rig.write(15)))
    await wait(50)
  }
  await until(() => isComplete(destination.arrived, written), 'all events')
  assert.deepEqual(destination.arrived, written)
  const health = await loadLogStreamHealth(rig.db, { tenantId: DEV, id })
  assert.equal(health?.errors.length, 10, 'the last ten errors are shown')
  assert.partialDeepStrictEqual(health?.errors[0], { reason: 'The connection was refused.', status: undefined })
})

test('a destination that is down for minutes is asked every five, and gets everything when it is back', async t => {
  const rig = await createRig(t)
  const { id } = await rig.addStream()
  let isDown = true
  const destination = createDestination(
    () => (isDown ? DOWN : ACCEPTED),
    () => isDown,
  )
  // The longest of the waits, so that nothing but their ceiling decides.
  rig.deliver(destination, { random: () => 1 - Number.EPSILON })
  const written = [...(await rig.write(30))]
  const deliveries = () => rig.db.updateTable('log_stream_deliveries').where('log_stream_id', '=', id)
  const waitOf = async (attempts: number): Promise<number> => {
    let wait = 0
    await until(async () => {
      const health = await loadLogStreamHealth(rig.db, { tenantId: DEV, id })
      wait = (health?.retryAt?.getTime() ?? 0) - Date.now()
      return health?.attempts === attempts && wait > 0
    }, `failure ${attempts}`)
    return wait
  }
  // Minutes pass as they do for the database: by its own times.
  for (let attempts = 1; attempts <= 12; attempts++) {
    const ceiling = Math.min(1_000 * 2 ** (attempts - 1), 300_000)
    const wait = await waitOf(attempts)
    assert.ok(wait > ceiling - 1_000 && wait <= ceiling, `${wait} ms after failure ${attempts}`)
    written.push(...(await rig.write(30)))
    await deliveries().set({ retry_at: sql`now()`, failing_since: sql`failing_since - interval '5 minutes'` }).execute()
  }
  await waitOf(13)
  assert.equal(destination.calls(), 13, 'it was left alone in between')
  isDown = false
  await deliveries().set({ retry_at: sql`now()` }).execute()
  await until(() => isComplete(destination.arrived, written), 'all events')
  assert.deepEqual(destination.arrived, written)
})

test('a slow destination gets everything in order, once', async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const destination = createDestination(() => wait(FAST.leaseMs * 1.5, ACCEPTED))
  rig.deliver(destination)
  const written = await rig.write(45)
  await until(() => isComplete(destination.arrived, written), 'all events')
  assert.deepEqual(destination.arrived, written, 'the lease is kept while a batch is on its way')
})

test('answers of 500 every third time cost repetitions and no event', async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const destination = createDestination(call =>
    call % 3 === 0 ? { kind: 'retry', status: 500, reason: 'The destination answered with status 500.' } : ACCEPTED,
  )
  rig.deliver(destination)
  const written = [...(await rig.write(130)), ...(await rig.write(70))]
  await until(() => isComplete(destination.arrived, written), 'all events')
  checkDelivered(destination.arrived, written)
})

test('part of a batch that was taken is not sent again', async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const half: SendResult = { ...DOWN, delivered: 7 }
  const taken: string[] = []
  const destination = createDestination((call, batch) => {
    taken.push(...batch.slice(0, call === 1 ? 7 : batch.length).map(({ logId }) => logId))
    return call === 1 ? half : ACCEPTED
  })
  rig.deliver(destination)
  const written = await rig.write(20)
  await until(() => isComplete(taken, written), 'all events')
  assert.deepEqual(taken, written)
})

test('a batch that is too large is sent in halves, in order', async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const taken: string[] = []
  const destination = createDestination((_call, batch) => {
    if (batch.length > 3) return { kind: 'rejected', status: 413, reason: 'The destination answered with status 413.' }
    taken.push(...batch.map(({ logId }) => logId))
    return ACCEPTED
  })
  rig.deliver(destination)
  const written = await rig.write(20)
  await until(() => isComplete(taken, written), 'all events')
  assert.deepEqual(taken, written)
})

test('a refusal is shown as an error and tried again, because the destination may be mended', async t => {
  const rig = await createRig(t)
  const { id } = await rig.addStream()
  const destination = createDestination(
    call =>
      call <= 3 ? { kind: 'rejected', status: 401, reason: 'The destination answered with status 401.' } : ACCEPTED,
    call => call <= 3,
  )
  rig.deliver(destination)
  const written = await rig.write(5)
  await until(() => isComplete(destination.arrived, written), 'all events')
  const health = await loadLogStreamHealth(rig.db, { tenantId: DEV, id })
  assert.deepEqual(
    health?.errors.map(({ status, firstLogId, events }) => [status, firstLogId, events]),
    [1, 2, 3].map(() => [401, written[0], 5]),
  )
})

test('events that the destination throws away are reported and do not hold up the stream', async t => {
  const rig = await createRig(t)
  const { id } = await rig.addStream()
  const destination = createDestination(() => ({ kind: 'accepted', problems: ['The event 1 was refused.'] }))
  rig.deliver(destination)
  await rig.write(5)
  const health = () => loadLogStreamHealth(rig.db, { tenantId: DEV, id })
  await until(async () => (await health())?.errors.length === 1, 'the report')
  assert.equal((await health())?.pending, 0)
})

test('the destination says when to come back, and is left alone until then', async t => {
  const rig = await createRig(t)
  const { id } = await rig.addStream()
  const times: number[] = []
  const destination = createDestination(call => {
    times.push(Date.now())
    return call === 1 ? { ...DOWN, afterMs: 700 } : ACCEPTED
  })
  rig.deliver(destination)
  await rig.write(1)
  await until(() => times.length === 1, 'the first attempt')
  await until(async () => {
    const retryAt = (await loadLogStreamHealth(rig.db, { tenantId: DEV, id }))?.retryAt
    return retryAt !== undefined && retryAt.getTime() > Date.now()
  }, 'the time of the next attempt is known')
  await until(() => times.length === 2, 'the second attempt')
  const [first = 0, second = 0] = times
  assert.ok(second - first >= 690, String(second - first))
})

test('a stream that has failed for seven days pauses itself, and resumes where it stopped', async t => {
  const rig = await createRig(t)
  const { id } = await rig.addStream()
  let isDown = true
  const destination = createDestination(() => (isDown ? DOWN : ACCEPTED))
  rig.deliver(destination)
  const written = await rig.write(3)
  await until(() => destination.calls() >= 2, 'failures')
  assert.equal((await loadLogStream({ db: rig.db, tenantId: DEV }, id)).status, 'active')
  await rig.db
    .updateTable('log_stream_deliveries')
    .set({ failing_since: sql`now() - interval '7 days 1 minute'` })
    .execute()
  await until(async () => (await loadLogStream({ db: rig.db, tenantId: DEV }, id)).status === 'paused', 'the pause')
  const calls = destination.calls()
  await wait(150)
  assert.equal(destination.calls(), calls, 'a paused stream sends nothing')
  isDown = false
  await updateLogStream({ db: rig.db, tenantId: DEV }, id, { status: 'active' }, new Date())
  await until(() => destination.calls() > calls, 'the resumption')
  checkDelivered(destination.arrived, written)
  const health = await loadLogStreamHealth(rig.db, { tenantId: DEV, id })
  assert.equal(health?.failingSince, undefined)
})

test('settings that cannot be read are an error of the stream, not of the server', async t => {
  const rig = await createRig(t)
  const { id } = await rig.addStream()
  const destination = createDestination()
  let isBroken = true
  rig.deliver(destination, {
    openSink: () => {
      if (isBroken) throw new TypeError('another key')
      return destination
    },
  })
  const written = await rig.write(2)
  const health = () => loadLogStreamHealth(rig.db, { tenantId: DEV, id })
  await until(async () => ((await health())?.errors.length ?? 0) > 0, 'the error')
  assert.match((await health())?.errors[0]?.reason ?? '', /settings of the stream cannot be read/)
  assert.ok(rig.complaints.length > 0, 'the operator knows')
  isBroken = false
  await until(() => isComplete(destination.arrived, written), 'all events')
})

const overHttp = (t: Parameters<typeof toPorts>[0], url: string, timeoutMs: number): OpenSink => {
  const egress = createEgress(LOCAL)
  t.after(() => egress.close())
  return http.open({ httpEndpoint: url }, toPorts(t, { egress, timeoutMs }))
}

test('a receiver that dies between receipt and answer gets the same ids again', async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const written = await rig.write(60)
  const arrived: string[] = []
  const receiver = await startReceiver(t, ({ body }, count) => {
    arrived.push(
      ...body
        .toString()
        .split('\n')
        .map(line => JSON.parse(line).log_id),
    )
    return count % 2 === 1 ? { status: 200, dies: true } : { status: 200 }
  })
  rig.deliver(overHttp(t, receiver.origin, 2_000))
  await until(() => isComplete(arrived, written), 'all events')
  checkDelivered(arrived, written)
  assert.ok(arrived.length > written.length, 'there were repetitions')
})

test('a receiver that takes a request and never answers is given up and tried again', async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const written = await rig.write(25)
  const arrived: string[] = []
  const receiver = await startReceiver(t, ({ body }, count) => {
    arrived.push(
      ...body
        .toString()
        .split('\n')
        .map(line => JSON.parse(line).log_id),
    )
    return count === 1 ? { status: 200, hangs: true } : { status: 200 }
  })
  rig.deliver(overHttp(t, receiver.origin, 300))
  await until(() => isComplete(arrived, written), 'all events')
  checkDelivered(arrived, written)
})

test('a stop waits for the batch that is on its way, and gives the lease back at once', async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const first = createDestination(() => wait(200, ACCEPTED))
  const delivery = rig.deliver(first)
  const written = await rig.write(60)
  await until(() => first.calls() === 1, 'the first batch')
  await delivery[Symbol.asyncDispose]()
  const second = createDestination()
  const started = Date.now()
  rig.deliver(second)
  await until(() => second.calls() > 0, 'the next server')
  assert.ok(Date.now() - started < FAST.leaseMs, 'no lease had to expire')
  await until(() => isComplete([...first.arrived, ...second.arrived], written), 'all events')
  assert.deepEqual([...first.arrived, ...second.arrived], written, 'nothing came twice')
})

test('a stop does not wait for ever, and what it gave up comes again', async t => {
  const rig = await createRig(t)
  const { id } = await rig.addStream()
  const hanging = createDestination(
    (_call, _batch, signal) =>
      new Promise(resolve =>
        signal.addEventListener('abort', () => resolve({ ...DOWN, reason: 'The call was given up.' })),
      ),
  )
  const delivery = rig.deliver(hanging)
  const written = await rig.write(5)
  await until(() => hanging.calls() === 1, 'the batch')
  await delivery[Symbol.asyncDispose]()
  const health = await loadLogStreamHealth(rig.db, { tenantId: DEV, id })
  assert.deepEqual([health?.attempts, health?.errors], [0, []], 'a stop is no failure of the destination')
  const second = createDestination()
  rig.deliver(second)
  await until(() => isComplete(second.arrived, written), 'all events')
})

test('connections to the database that break cost time and repetitions, and no event', { timeout: 60_000 }, async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const written = await rig.write(200)
  const destination = createDestination(() => wait(5, ACCEPTED))
  rig.deliver(destination)
  for (let round = 0; round < 3; round++) {
    const before = destination.calls()
    await until(() => destination.calls() > before + 1, 'some batches')
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(rig.db)
  }
  await until(() => isComplete(destination.arrived, written), 'all events')
  checkDelivered(destination.arrived, written)
  // Whether a cut meets a query or a connection that rests is chance; one that meets a query is told.
  for (let cut = 0; rig.complaints.length === 0; cut++) {
    assert.ok(cut < 200, 'the operator knows')
    await rig.write(5)
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(rig.db)
  }
})
