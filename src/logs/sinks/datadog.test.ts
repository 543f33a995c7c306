import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { datadog } from './datadog.ts'
import { detourTo, startReceiver } from './receiver-contract.ts'
import { checkAnswers, checkItems, checkSettings, LOGIN, MACHINE, toPorts } from './sink-contract.ts'

const settings = { datadogApiKey: '233fda1f0f1f0f1f0f1f0f1f0f1f121', datadogRegion: 'eu' }
const subject = { sink: datadog, settings }

test('datadog keeps the contract of sinks', async t => {
  checkSettings(subject)
  checkItems(t, subject)
  await checkAnswers(t, subject)
})

test('a batch is a compressed array for the log intake, version 2, with the key in its header', async t => {
  const receiver = await startReceiver(t, () => ({ status: 202, body: '{}' }))
  const egress = detourTo(t, receiver)
  const sink = datadog.open(settings, toPorts(t, { egress }))
  const result = await sink.send([LOGIN, MACHINE].map(sink.encode), new AbortController().signal)
  assert.deepEqual(result, { kind: 'accepted' })
  assert.deepEqual(egress.urls, ['https://http-intake.logs.datadoghq.eu/api/v2/logs'])
  const [request] = receiver.requests
  assert.ok(request)
  assert.equal(request.headers['dd-api-key'], settings.datadogApiKey)
  assert.equal(request.headers['content-type'], 'application/json')
  assert.equal(request.headers['content-encoding'], 'gzip')
  assert.equal(
    gunzipSync(request.body).toString(),
    `[{"ddsource":"auth0","service":"auth0","ddtags":"type:s,experiment:true","hostname":"login.example.com","message":"Successful login","experiment":{"experiment_id":"exp_1","variation_id":"var_1","is_control":false,"allocation_strategy":"percentage","assignment":"auto"},"log_id":"${LOGIN.log_id}","data":${JSON.stringify(LOGIN.data)}},` +
      `{"ddsource":"auth0","service":"auth0","ddtags":"type:seccft,experiment:false","message":"a \\"quoted\\"\\nline é","log_id":"${MACHINE.log_id}","data":${JSON.stringify(MACHINE.data)}}]`,
  )
})

const HOSTS = {
  us: 'http-intake.logs.datadoghq.com',
  eu: 'http-intake.logs.datadoghq.eu',
  us3: 'http-intake.logs.us3.datadoghq.com',
  us5: 'http-intake.logs.us5.datadoghq.com',
}

for (const [datadogRegion, host] of Object.entries(HOSTS)) {
  test(`the region ${datadogRegion} is ${host}`, async t => {
    const egress = detourTo(t, await startReceiver(t))
    const sink = datadog.open({ ...settings, datadogRegion }, toPorts(t, { egress }))
    await sink.send([sink.encode(LOGIN)], new AbortController().signal)
    assert.equal(new URL(egress.urls[0] ?? '').host, host)
  })
}

test('a region that Datadog does not have is refused', () => {
  assert.ok(!datadog.schema.safeParse({ ...settings, datadogRegion: 'ap1' }).success)
})
