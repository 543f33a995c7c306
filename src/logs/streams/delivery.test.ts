import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEV, OTHER } from '../../../test/kit/tenant-log.ts'
import { loadLogStreamHealth } from '../../store/logs/streams/log-stream-health.ts'
import { deleteLogStream, insertLogStream, updateLogStream } from '../../store/logs/streams/log-stream-store.ts'
import { createDestination, createRig, FAST, isComplete, until } from './delivery-contract.ts'

const place = (db: Parameters<typeof loadLogStreamHealth>[0]) => ({ db, tenantId: DEV })

test('every event arrives once, in order, in batches, and those that come later too', async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const before = await rig.write(55)
  const destination = createDestination()
  rig.deliver(destination)
  await until(() => destination.arrived.length >= 55, 'the backlog')
  const after = await rig.write(3)
  await until(() => destination.arrived.length >= 58, 'the new events')
  assert.deepEqual(destination.arrived, [...before, ...after])
  assert.ok(destination.calls() <= 6, 'pages make batches')
  assert.deepEqual(rig.complaints, [])
})

test('a stream that is made without a start begins with the next event', async t => {
  const rig = await createRig(t)
  await rig.write(5)
  const record = await rig.addStream()
  await deleteLogStream(place(rig.db), record.id)
  await insertLogStream(place(rig.db), record, { now: new Date() })
  const after = await rig.write(2)
  const destination = createDestination()
  rig.deliver(destination)
  await until(() => destination.arrived.length >= 2, 'the new events')
  assert.deepEqual(destination.arrived, after)
})

test('a stream gets the events of its tenant only, and only those that its filters name', async t => {
  const rig = await createRig(t)
  const mine = createDestination()
  const everything = createDestination()
  const nothing = createDestination()
  const [a, b, c] = [
    await rig.addStream({ filters: [{ type: 'category', name: 'auth.login.success' }] }),
    await rig.addStream({}, OTHER),
    await rig.addStream({ filters: [{ type: 'category', name: 'auth.login.fail' }] }),
  ]
  const written = await rig.write(30)
  const foreign = await rig.write(4, OTHER)
  const sinks = new Map([
    [a.id, mine],
    [b.id, everything],
    [c.id, nothing],
  ])
  rig.deliver(mine, { openSink: (_tenant, { id }) => sinks.get(id) ?? mine })
  await until(() => mine.arrived.length >= 30 && everything.arrived.length >= 4, 'both tenants')
  assert.deepEqual(mine.arrived, written)
  assert.deepEqual(everything.arrived, foreign)
  await until(
    async () => (await loadLogStreamHealth(rig.db, { tenantId: DEV, id: c.id }))?.pending === 0,
    'the events that no filter selects are passed over',
  )
  assert.deepEqual(nothing.arrived, [])
})

test('personal data is hidden before it is sent, and the document is that of the API', async t => {
  const rig = await createRig(t)
  await rig.addStream({ piiConfig: { log_fields: ['username'] } })
  const [id] = await rig.write(1, DEV, { user_name: 'jane@example.com', user_agent: 'Mozilla/5.0' })
  const destination = createDestination()
  rig.deliver(destination)
  await until(() => destination.arrived.length > 0, 'the event')
  const { log_id, data } = JSON.parse(destination.items[0]?.text ?? '')
  assert.equal(log_id, id)
  assert.partialDeepStrictEqual(data, { log_id: id, type: 's', user_name: '********', user_agent: 'Mozilla/5.0' })
  assert.ok(!('_id' in data) && !('isMobile' in data))
})

test('a paused stream keeps its place and goes on from there', async t => {
  const rig = await createRig(t)
  const { id } = await rig.addStream()
  const first = await rig.write(3)
  const destination = createDestination()
  rig.deliver(destination)
  await until(() => destination.arrived.length >= 3, 'the first events')
  for (const status of ['paused', 'suspended'] as const) {
    await updateLogStream(place(rig.db), id, { status }, new Date())
    await rig.write(2)
    await new Promise(resolve => setTimeout(resolve, 200))
    assert.deepEqual(destination.arrived, first, status)
  }
  await updateLogStream(place(rig.db), id, { status: 'active' }, new Date())
  await until(() => destination.arrived.length >= 7, 'what was written meanwhile')
})

test('new settings are in force from the next batch, and a stream that is deleted ends', async t => {
  const rig = await createRig(t)
  const { id } = await rig.addStream()
  const destinations = [createDestination(), createDestination()]
  const [old, young] = destinations
  assert.ok(old && young)
  const opened: string[] = []
  rig.deliver(old, {
    openSink: (_tenant, stream) => {
      opened.push(stream.revision)
      return stream.sink.second ? young : old
    },
  })
  const first = await rig.write(2)
  await until(() => old.arrived.length >= 2, 'the first events')
  await updateLogStream(place(rig.db), id, { sink: { second: true } }, new Date())
  const second = await rig.write(2)
  await until(() => young.arrived.length >= 2, 'the events after the change')
  assert.deepEqual([old.arrived, young.arrived], [first, second])
  assert.equal(opened.length, 2, 'a sink is opened once per change')
  await deleteLogStream(place(rig.db), id)
  await rig.write(2)
  await new Promise(resolve => setTimeout(resolve, 200))
  assert.equal(young.arrived.length, 2)
  assert.deepEqual(rig.complaints, [])
})

test('events wait for company until the oldest is old enough', async t => {
  const rig = await createRig(t)
  await rig.addStream()
  const written = [...(await rig.write(1))]
  const destination = createDestination()
  const bornAt = 1_795_254_312_345
  const started = Date.now()
  rig.deliver(destination, {
    pace: { ...FAST, maxAgeMs: 600 },
    // The event was born when the delivery began.
    clock: () => bornAt + (Date.now() - started),
  })
  await new Promise(resolve => setTimeout(resolve, 200))
  written.push(...(await rig.write(2)))
  await until(() => isComplete(destination.arrived, written), 'the batch')
  assert.equal(destination.calls(), 1)
  assert.deepEqual(destination.arrived, written)
})

test('the health tells what was delivered, how fast, and what is still to come', async t => {
  const rig = await createRig(t)
  const { id } = await rig.addStream()
  const key = { tenantId: DEV, id }
  await rig.write(40)
  const waiting = await loadLogStreamHealth(rig.db, key)
  assert.ok(waiting)
  assert.equal(waiting.pending, 40)
  assert.ok(waiting.lagMs >= 0 && waiting.lagMs < 60_000, String(waiting.lagMs))
  assert.deepEqual([waiting.delivered, waiting.rate, waiting.deliveredAt], [0, 0, undefined])
  const destination = createDestination()
  rig.deliver(destination)
  await until(async () => (await loadLogStreamHealth(rig.db, key))?.delivered === 40, 'the progress')
  const done = await loadLogStreamHealth(rig.db, key)
  assert.ok(done)
  assert.deepEqual([done.pending, done.lagMs, done.attempts, done.errors], [0, 0, 0, []])
  assert.ok(done.rate > 0.3 && done.rate <= 40 / 60, String(done.rate))
  assert.ok(done.deliveredAt)
})
