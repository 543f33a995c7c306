import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { nats } from './nats.ts'
import { createOperator, onlyWithServer, openClient, startNats, toStorage } from './nats-server-contract.ts'
import type { OpenSink, SinkPorts } from './sink.ts'
import { ASSIGNMENT, checkItems, checkSettings, LOCAL, LOGIN, MACHINE, STRICT, toPorts } from './sink-contract.ts'

const settings = {
  natsUrl: 'tls://nats.example.com:4222',
  natsSubject: 'auth.logs',
  natsToken: 'token-of-the-stream',
  natsUsername: 'streamer',
  natsPassword: 'password-of-the-stream',
  natsCredentials: createOperator().credentials(),
}
const signal = new AbortController().signal

const openNats = (t: TestContext, natsUrl: string, more: object = {}, ports: Partial<SinkPorts> = {}): OpenSink => {
  const sink = nats.open({ natsUrl, natsSubject: 'auth.logs', ...more }, toPorts(t, ports))
  t.after(() => sink.close())
  return sink
}

test('nats keeps the contract of sinks', t => {
  checkSettings({ sink: nats, settings })
  checkItems(t, { sink: nats, settings })
})

test('events reach the JetStream stream in order, each once, on the subject of their type', onlyWithServer, async t => {
  const { url } = await startNats(t, await toStorage(t))
  const client = await openClient(t, url)
  const manager = await jetstreamManager(client)
  await manager.streams.add({ name: 'auth', subjects: ['auth.logs.>'] })
  const sink = openNats(t, url)
  const batch = [ASSIGNMENT, LOGIN, MACHINE].map(sink.encode)
  assert.deepEqual(await sink.send(batch, signal), { kind: 'accepted' })
  assert.deepEqual(await sink.send(batch, signal), { kind: 'accepted' }, 'a repetition is accepted and dropped')

  await manager.consumers.add('auth', { durable_name: 'reader' })
  const messages = await (await jetstream(client).consumers.get('auth', 'reader')).fetch({
    max_messages: 10,
    expires: 1000,
  })
  const seen: object[] = []
  for await (const message of messages) {
    seen.push({ subject: message.subject, id: message.headers?.get('Nats-Msg-Id'), body: message.string() })
    message.ack()
    if (seen.length === 3) break
  }
  assert.deepEqual(
    seen,
    [ASSIGNMENT, LOGIN, MACHINE].map(event => ({
      subject: `auth.logs.${event.data.type}`,
      id: event.log_id,
      body: JSON.stringify(event),
    })),
  )
  assert.equal((await manager.streams.info('auth')).state.messages, 3)
})

test('a subject that no stream takes is a matter for the customer', onlyWithServer, async t => {
  const { url } = await startNats(t, await toStorage(t))
  const sink = openNats(t, url)
  assert.deepEqual(await sink.send([sink.encode(LOGIN)], signal), {
    kind: 'rejected',
    reason: 'No JetStream stream of the server takes this subject.',
    delivered: 0,
  })
})

test('a wrong token is a matter for the customer', onlyWithServer, async t => {
  const { url } = await startNats(t, await toStorage(t), '-1', '--auth', 'right')
  const wrong = openNats(t, url, { natsToken: 'wrong' })
  assert.deepEqual(await wrong.send([wrong.encode(LOGIN)], signal), {
    kind: 'rejected',
    reason: 'NATS refused: Authorization Violation.',
    delivered: 0,
  })
})

test('a server that went away is asked again later, and taken up again when it is back', onlyWithServer, async t => {
  const storage = await toStorage(t)
  const server = await startNats(t, storage)
  const client = await openClient(t, server.url)
  await (await jetstreamManager(client)).streams.add({ name: 'auth', subjects: ['auth.logs.>'] })
  const sink = openNats(t, server.url)
  assert.deepEqual(await sink.send([sink.encode(LOGIN)], signal), { kind: 'accepted' })
  await server.stop()
  const away = await sink.send([sink.encode(MACHINE)], signal)
  assert.equal(away.kind, 'retry')
  await startNats(t, storage, new URL(server.url.replace('nats:', 'http:')).port)
  assert.deepEqual(await sink.send([sink.encode(MACHINE)], signal), { kind: 'accepted' })
})

test('the server resolves the name and judges every address of it', async t => {
  const sink = openNats(
    t,
    'nats://nats.example.com',
    {},
    {
      rules: { allowInsecureHttp: true, allowLocalAddresses: false },
      resolve: (_host, _options, done) => done(null, [{ address: '10.0.0.7', family: 4 }]),
    },
  )
  assert.deepEqual(await sink.send([sink.encode(LOGIN)], signal), {
    kind: 'rejected',
    reason: 'NATS: the address is not on the public internet.',
    delivered: 0,
  })
})

test('the address is judged by the rules, the subject has no wildcard', () => {
  const refusal = (natsUrl: string, rules = STRICT) => nats.addresses({ natsUrl, natsSubject: 'a' }, rules)[0]?.refusal
  assert.equal(refusal('tls://nats.example.com:4222'), undefined)
  assert.equal(refusal('nats://nats.example.com'), 'must start with tls://')
  assert.equal(refusal('tls://127.0.0.1:4222'), 'is not on the public internet')
  assert.equal(refusal('nats://127.0.0.1:4222', LOCAL), undefined)
  const accepts = (more: object) => nats.schema.safeParse({ ...settings, ...more }).success
  for (const natsUrl of ['http://a', 'nats://user:pass@a', 'nats://a/b', 'ws://a', 'nats://'])
    assert.ok(!accepts({ natsUrl }), natsUrl)
  for (const natsSubject of ['auth.>', 'auth.*', 'a..b', '.a', 'a b', ''])
    assert.ok(!accepts({ natsSubject }), natsSubject)
})
