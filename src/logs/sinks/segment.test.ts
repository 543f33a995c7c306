import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detourTo, startReceiver } from './receiver-contract.ts'
import { segment } from './segment.ts'
import { ASSIGNMENT, checkAnswers, checkItems, checkSettings, HUGE, LOGIN, MACHINE, toPorts } from './sink-contract.ts'

const subject = { sink: segment, settings: { segmentWriteKey: 'JmrOHpCkYWkIpPoGXAJS4HQnHHWHMG3m' } }

test('segment keeps the contract of sinks', async t => {
  checkSettings(subject)
  checkItems(t, subject)
  await checkAnswers(t, subject)
})

test('a batch is track calls with the write key as user name, deduplicated by the id of the event', async t => {
  const receiver = await startReceiver(t, () => ({ status: 200, body: '{"success":true}' }))
  const egress = detourTo(t, receiver)
  const sink = segment.open(subject.settings, toPorts(t, { egress }))
  const result = await sink.send([LOGIN, ASSIGNMENT, MACHINE].map(sink.encode), new AbortController().signal)
  assert.deepEqual(result, { kind: 'accepted' })
  assert.deepEqual(egress.urls, ['https://api.segment.io/v1/batch'])
  const [request] = receiver.requests
  assert.ok(request)
  assert.equal(request.headers.authorization, `Basic ${btoa(`${subject.settings.segmentWriteKey}:`)}`)
  assert.equal(request.headers['content-type'], 'application/json')
  const experiment = {
    experiment_id: 'exp_1',
    variation_id: 'var_1',
    is_control: false,
    allocation_strategy: 'percentage',
    assignment: 'auto',
  }
  assert.equal(
    request.body.toString(),
    JSON.stringify({
      batch: [
        {
          type: 'track',
          event: 'Successful login (s)',
          userId: 'auth0|5f7c8ec7c33c6c004bbafe82',
          anonymousId: 'dev_1',
          properties: { ...LOGIN.data, ...experiment },
          context: { ip: '203.0.113.9', userAgent: 'Mozilla/5.0' },
          timestamp: '2026-11-20T11:59:59.123Z',
          messageId: LOGIN.log_id,
        },
        {
          type: 'track',
          event: 'Experiment Viewed',
          anonymousId: 'dev_1',
          properties: { ...ASSIGNMENT.data, ...experiment },
          context: {},
          timestamp: '2026-11-20T11:59:58.000Z',
          messageId: ASSIGNMENT.log_id,
        },
        {
          type: 'track',
          event: 'Client Credentials for Access Token (seccft)',
          anonymousId: 'm2m',
          properties: { ...MACHINE.data, log_id: MACHINE.log_id },
          context: {},
          timestamp: '2026-11-20T12:00:00.000Z',
          messageId: MACHINE.log_id,
        },
      ],
    }),
  )
})

test('an event is never larger than Segment takes', t => {
  const item = segment.open(subject.settings, toPorts(t)).encode(HUGE)
  assert.ok(item.bytes <= 32_000)
  assert.deepEqual(JSON.parse(item.text).properties.details, {
    truncated: true,
    experiment: { experiment_id: 'exp_1' },
  })
})
