import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { mixpanel } from './mixpanel.ts'
import { detourTo, startReceiver } from './receiver-contract.ts'
import { ASSIGNMENT, checkAnswers, checkItems, checkSettings, LOGIN, MACHINE, toPorts } from './sink-contract.ts'

const settings = {
  mixpanelRegion: 'eu',
  mixpanelProjectId: '123456',
  mixpanelServiceAccountUsername: 'fake-account.123abc.mp-service-account',
  mixpanelServiceAccountPassword: '8iwyKSzwV2brfakepassGGKhsZ3INozo',
}
const subject = { sink: mixpanel, settings }
const signal = new AbortController().signal

test('mixpanel keeps the contract of sinks', async t => {
  checkSettings(subject)
  checkItems(t, subject)
  await checkAnswers(t, subject)
})

test('a batch is a compressed array for the strict import of the project', async t => {
  const receiver = await startReceiver(t, () => ({ status: 200, body: '{"code":200,"num_records_imported":3}' }))
  const egress = detourTo(t, receiver)
  const sink = mixpanel.open(settings, toPorts(t, { egress }))
  assert.deepEqual(await sink.send([LOGIN, ASSIGNMENT, MACHINE].map(sink.encode), signal), { kind: 'accepted' })
  assert.deepEqual(egress.urls, ['https://api-eu.mixpanel.com/import?strict=1&project_id=123456'])
  const [request] = receiver.requests
  assert.ok(request)
  const basic = btoa(`${settings.mixpanelServiceAccountUsername}:${settings.mixpanelServiceAccountPassword}`)
  assert.equal(request.headers.authorization, `Basic ${basic}`)
  assert.equal(request.headers['content-encoding'], 'gzip')
  const [login, assignment, machine] = JSON.parse(gunzipSync(request.body).toString())
  assert.equal(login.event, 'Successful login (s)')
  assert.partialDeepStrictEqual(login.properties, {
    time: Date.parse('2026-11-20T11:59:59.123Z'),
    distinct_id: 'auth0|5f7c8ec7c33c6c004bbafe82',
    $user_id: 'auth0|5f7c8ec7c33c6c004bbafe82',
    $device_id: 'dev_1',
    ip: '203.0.113.9',
    experiment_id: 'exp_1',
    variation_id: 'var_1',
    log_id: LOGIN.log_id,
  })
  assert.equal(assignment.event, '$experiment_started')
  assert.partialDeepStrictEqual(assignment.properties, {
    'Experiment name': 'exp_1',
    'Variant name': 'var_1',
    distinct_id: '$device:dev_1',
  })
  assert.equal(machine.properties.distinct_id, '')
  const ids: string[] = [login, assignment, machine].map(({ properties }) => properties.$insert_id)
  for (const id of ids) assert.match(id, /^[0-9a-z-]{1,36}$/)
  assert.equal(new Set(ids).size, 3)
})

test('events that fail validation are reported and do not hold up the others', async t => {
  const body = {
    code: 400,
    error: 'some data points in the request failed validation',
    num_records_imported: 1,
    failed_records: [{ index: 0, insert_id: 'abc', field: 'properties.time', message: 'is invalid' }],
  }
  const receiver = await startReceiver(t, () => ({ status: 400, body: JSON.stringify(body) }))
  const sink = mixpanel.open(settings, toPorts(t, { egress: detourTo(t, receiver) }))
  assert.deepEqual(await sink.send([LOGIN, MACHINE].map(sink.encode), signal), {
    kind: 'accepted',
    problems: ['Mixpanel refused the event abc: is invalid'],
  })
})

test('an import of which nothing was taken is rejected', async t => {
  const body = '{"code":400,"num_records_imported":0,"failed_records":[{"insert_id":"a","message":"m"}]}'
  const receiver = await startReceiver(t, () => ({ status: 400, body }))
  const sink = mixpanel.open(settings, toPorts(t, { egress: detourTo(t, receiver) }))
  assert.equal((await sink.send([sink.encode(LOGIN)], signal)).kind, 'rejected')
})

test('credentials cannot hold the colon that separates them', () => {
  for (const field of ['mixpanelServiceAccountUsername', 'mixpanelServiceAccountPassword']) {
    assert.ok(!mixpanel.schema.safeParse({ ...settings, [field]: 'a:b' }).success)
  }
  assert.ok(!mixpanel.schema.safeParse({ ...settings, mixpanelProjectId: '12x' }).success)
})
