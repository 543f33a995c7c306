import assert from 'node:assert/strict'
import { test } from 'node:test'
import { http } from './http.ts'
import { startReceiver } from './receiver-contract.ts'
import { checkAnswers, checkItems, checkSettings, LOCAL, LOGIN, MACHINE, STRICT, toPorts } from './sink-contract.ts'

const settings = {
  httpEndpoint: 'https://hooks.example.com/auth',
  httpContentType: 'application/x-ndjson',
  httpContentFormat: 'JSONLINES',
  httpAuthorization: 'Bearer token-1234567890',
  httpCustomHeaders: [{ header: 'X-Team', value: 'identity' }],
}
const subject = { sink: http, settings }
const signal = new AbortController().signal

test('http keeps the contract of sinks', async t => {
  checkSettings(subject)
  checkItems(t, subject)
  await checkAnswers(t, subject)
})

const login = `{"log_id":"${LOGIN.log_id}","data":${JSON.stringify(LOGIN.data)}}`
const machine = `{"log_id":"${MACHINE.log_id}","data":${JSON.stringify(MACHINE.data)}}`

const BODIES: Record<string, readonly string[]> = {
  JSONLINES: [`${login}\n${machine}`],
  JSONARRAY: [`[${login},${machine}]`],
  JSONOBJECT: [login, machine],
}

for (const [format, bodies] of Object.entries(BODIES)) {
  test(`${format} sends envelopes in order, with the headers as they were given`, async t => {
    const receiver = await startReceiver(t)
    const sink = http.open(
      { ...settings, httpEndpoint: `${receiver.origin}/auth?x=1`, httpContentFormat: format },
      toPorts(t),
    )
    assert.deepEqual(await sink.send([sink.encode(LOGIN), sink.encode(MACHINE)], signal), { kind: 'accepted' })
    assert.deepEqual(
      receiver.requests.map(({ body }) => body.toString()),
      bodies,
    )
    for (const { method, path, headers } of receiver.requests) {
      assert.equal(method, 'POST')
      assert.equal(path, '/auth?x=1')
      assert.equal(headers['content-type'], 'application/x-ndjson')
      assert.equal(headers.authorization, 'Bearer token-1234567890')
      assert.equal(headers['x-team'], 'identity')
      assert.equal(headers['user-agent'], 'experiment-center')
    }
  })
}

test('without settings of its own the body is JSON lines of application/json without authorization', async t => {
  const receiver = await startReceiver(t)
  const sink = http.open({ httpEndpoint: receiver.origin }, toPorts(t))
  await sink.send([sink.encode(LOGIN)], signal)
  assert.equal(receiver.requests[0]?.headers['content-type'], 'application/json')
  assert.equal(receiver.requests[0]?.headers.authorization, undefined)
})

test('an object per request stops at the first that is not taken and says how many were', async t => {
  const receiver = await startReceiver(t, (_request, count) => ({ status: count === 3 ? 500 : 200 }))
  const sink = http.open({ httpEndpoint: receiver.origin, httpContentFormat: 'JSONOBJECT' }, toPorts(t))
  const result = await sink.send([LOGIN, MACHINE, LOGIN, MACHINE].map(sink.encode), signal)
  assert.deepEqual(result, {
    kind: 'retry',
    status: 500,
    reason: 'The destination answered with status 500.',
    delivered: 2,
  })
  assert.equal(receiver.requests.length, 3)
})

test('the endpoint is judged by the rules', () => {
  const refusal = (httpEndpoint: string, rules = STRICT) =>
    http.addresses({ ...settings, httpEndpoint }, rules).map(address => [address.field, address.refusal])
  assert.deepEqual(refusal('https://hooks.example.com'), [['httpEndpoint', undefined]])
  assert.deepEqual(refusal('http://hooks.example.com'), [['httpEndpoint', 'must start with https://']])
  assert.deepEqual(refusal('https://10.0.0.1'), [['httpEndpoint', 'is not on the public internet']])
  assert.deepEqual(refusal('http://127.0.0.1:8080', LOCAL), [['httpEndpoint', undefined]])
})

test('headers that frame the message, have a setting of their own, or could end the line are refused', () => {
  const accepts = (header: string, value = 'x') =>
    http.schema.safeParse({ ...settings, httpCustomHeaders: [{ header, value }] }).success
  assert.ok(accepts('X-Api-Key'))
  for (const name of [
    'Host',
    'content-length',
    'Transfer-Encoding',
    'Authorization',
    'Content-Type',
    'a b',
    'a:',
    '',
  ]) {
    assert.ok(!accepts(name), name)
  }
  assert.ok(!accepts('x-a', 'b\r\nx-c: d'))
})
