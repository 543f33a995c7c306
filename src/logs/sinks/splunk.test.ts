import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startReceiver } from './receiver-contract.ts'
import { checkAnswers, checkItems, checkSettings, LOCAL, LOGIN, MACHINE, STRICT, toPorts } from './sink-contract.ts'
import { splunk } from './splunk.ts'

const settings = {
  splunkDomain: 'hec.splunk.example.com',
  splunkPort: '8088',
  splunkToken: '12345678-1234-1234-1234-1234567890AB',
  splunkSecure: true,
}
const subject = { sink: splunk, settings }

test('splunk keeps the contract of sinks', async t => {
  checkSettings(subject)
  checkItems(t, subject)
  await checkAnswers(t, subject)
})

test('a batch is objects one after the other, with the experiment in the indexed fields', async t => {
  const receiver = await startReceiver(t, () => ({ status: 200, body: '{"text":"Success","code":0}' }))
  const local = { ...settings, splunkDomain: '127.0.0.1', splunkPort: String(receiver.port), splunkSecure: false }
  const sink = splunk.open(local, toPorts(t))
  const result = await sink.send([LOGIN, MACHINE].map(sink.encode), new AbortController().signal)
  assert.deepEqual(result, { kind: 'accepted' })
  const [request] = receiver.requests
  assert.ok(request)
  assert.equal(request.path, '/services/collector/event')
  assert.equal(request.headers.authorization, `Splunk ${settings.splunkToken}`)
  assert.equal(
    request.body.toString(),
    `{"time":${Date.parse('2026-11-20T11:59:59.123Z') / 1000},"host":"login.example.com","source":"auth0","sourcetype":"auth0:log","event":${JSON.stringify(LOGIN)},"fields":{"type":"s","experiment_id":"exp_1","variation_id":"var_1","is_control":"false","allocation_strategy":"percentage","assignment":"auto"}}` +
      `{"time":${Date.parse('2026-11-20T12:00:00.000Z') / 1000},"source":"auth0","sourcetype":"auth0:log","event":${JSON.stringify(MACHINE)},"fields":{"type":"seccft"}}`,
  )
})

test('a full queue asks for patience, a wrong token for a change', async t => {
  const answers = [
    { status: 503, body: '{"text":"Server is busy","code":9}' },
    { status: 403, body: '{"text":"Invalid token","code":4}' },
  ]
  const receiver = await startReceiver(t, (_request, count) => answers[count - 1] ?? { status: 200 })
  const local = { ...settings, splunkDomain: '127.0.0.1', splunkPort: String(receiver.port), splunkSecure: false }
  const sink = splunk.open(local, toPorts(t))
  const kinds = [await sink.send([], new AbortController().signal), await sink.send([], new AbortController().signal)]
  assert.deepEqual(
    kinds.map(({ kind }) => kind),
    ['retry', 'rejected'],
  )
})

test('the domain is a host and nothing else, the port a port', () => {
  const accepts = (more: object) => splunk.schema.safeParse({ ...settings, ...more }).success
  for (const splunkDomain of ['splunk.example.com', '10.0.0.7', '[::1]', 'splunk'])
    assert.ok(accepts({ splunkDomain }), splunkDomain)
  for (const splunkDomain of ['https://splunk.example.com', 'a/b', 'a:1', 'user@host', 'a b', '', 'a'.repeat(300)]) {
    assert.ok(!accepts({ splunkDomain }), splunkDomain)
  }
  for (const splunkPort of ['0', '65536', '', '80a', 8088]) assert.ok(!accepts({ splunkPort }), String(splunkPort))
})

test('a private host, and a connection without TLS, need the permission of the configuration', () => {
  const refusals = (more: object, rules = STRICT) =>
    splunk.addresses({ ...settings, ...more }, rules).flatMap(({ field, refusal }) => (refusal ? [field] : []))
  assert.deepEqual(refusals({}), [])
  assert.deepEqual(refusals({ splunkDomain: '10.0.0.7', splunkSecure: false }), ['splunkDomain', 'splunkSecure'])
  assert.deepEqual(refusals({ splunkDomain: '10.0.0.7', splunkSecure: false }, LOCAL), [])
})
