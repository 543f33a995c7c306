import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createAuthority } from '../../../test/kit/certificates.ts'
import { nats } from './nats.ts'
import {
  addStream,
  countMessages,
  createOperator,
  onlyWithServer,
  openClient,
  startConfiguredNats,
} from './nats-server-contract.ts'
import type { SendResult } from './sink.ts'
import { LOGIN, STRICT, toPorts } from './sink-contract.ts'

/** What the operating system trusts is what the process trusts, as with NODE_EXTRA_CA_CERTS. */
const trusted = createAuthority()
const TLS = 'tls { cert_file: "$DIR/server.pem", key_file: "$DIR/server.key"'

const startTls = (
  t: TestContext,
  {
    hosts = ['localhost'],
    until = new Date(Date.now() + 86_400_000),
    authority = trusted,
    more = '',
    tls = `${TLS} }`,
  } = {},
) => {
  const { certificate, key } = authority.issue(hosts, until)
  return startConfiguredNats(t, `${tls}\n${more}`, {
    'server.pem': certificate,
    'server.key': key,
    'authority.pem': trusted.certificate,
  })
}

const send = async (t: TestContext, natsUrl: string, more: object = {}): Promise<SendResult> => {
  const sink = nats.open({ natsUrl, natsSubject: 'auth.logs', ...more }, toPorts(t, { timeoutMs: 3_000 }))
  t.after(() => sink.close())
  return await sink.send([sink.encode(LOGIN)], new AbortController().signal)
}

/** A client that gets as far as this has passed TLS and authentication. */
const NO_STREAM = 'No JetStream stream of the server takes this subject.'
const reasonOf = (result: SendResult): string => (result.kind === 'accepted' ? 'accepted' : result.reason)

describe('nats over TLS', { ...onlyWithServer, concurrency: false }, () => {
  const systems = getCACertificates('default')
  before(() => setDefaultCACertificates([...systems, trusted.certificate]))
  after(() => setDefaultCACertificates(systems))

  test('a server that requires TLS and a password gets the events', async t => {
    const more = 'authorization { user: streamer, password: "password-of-the-stream" }'
    const { port } = await startTls(t, { more })
    const login = { user: 'streamer', pass: 'password-of-the-stream' }
    const client = await openClient(t, `localhost:${port}`, { ...login, tls: {} })
    await addStream(client)
    const given = { natsUsername: login.user, natsPassword: login.pass }
    assert.deepEqual(await send(t, `tls://localhost:${port}`, given), { kind: 'accepted' })
    assert.equal(await countMessages(client), 1)
    const wrong = await send(t, `tls://localhost:${port}`, { ...given, natsPassword: 'wrong-password' })
    assert.deepEqual(wrong, { kind: 'rejected', reason: 'NATS refused: Authorization Violation.', delivered: 0 })
  })

  test('a server that requires TLS and a token gets the events', async t => {
    const { port } = await startTls(t, { more: 'authorization { token: "token-of-the-stream" }' })
    const natsToken = 'token-of-the-stream'
    const client = await openClient(t, `localhost:${port}`, { token: natsToken, tls: {} })
    await addStream(client)
    assert.deepEqual(await send(t, `tls://localhost:${port}`, { natsToken }), { kind: 'accepted' })
    assert.equal(await countMessages(client), 1)
  })

  test('the credentials of a user of an account are what the server asks for, however the file ends its lines', async t => {
    const operator = createOperator()
    const { port } = await startTls(t, { more: operator.configuration })
    const natsCredentials = operator.credentials()
    assert.equal(reasonOf(await send(t, `tls://localhost:${port}`, { natsCredentials })), NO_STREAM)
    const asOnWindows = natsCredentials.trim().replaceAll('\n', '\r\n')
    assert.equal(reasonOf(await send(t, `tls://localhost:${port}`, { natsCredentials: asOnWindows })), NO_STREAM)
    const strangers = createOperator().credentials()
    const refused = await send(t, `tls://localhost:${port}`, { natsCredentials: strangers })
    assert.deepEqual(refused, { kind: 'rejected', reason: 'NATS refused: Authorization Violation.', delivered: 0 })
    const expired = operator.credentials(Math.floor(Date.now() / 1000) - 60)
    assert.match(
      reasonOf(await send(t, `tls://localhost:${port}`, { natsCredentials: expired })),
      /^NATS refused: .*\.$/,
    )
  })

  const CERTIFICATES: readonly (readonly [about: string, options: Parameters<typeof startTls>[1], reason: string])[] = [
    ['for another name', { hosts: ['other.example'] }, 'NATS: the certificate is for another name.'],
    ['that has expired', { until: new Date(Date.now() - 1_000) }, 'NATS: the certificate has expired.'],
    [
      'that no authority vouches for',
      { authority: createAuthority('A stranger') },
      'NATS: the certificate is not trusted; NODE_EXTRA_CA_CERTS can name its authority.',
    ],
  ]
  for (const [about, options, reason] of CERTIFICATES) {
    test(`a certificate ${about} is refused before a secret is told`, async t => {
      const { port } = await startTls(t, { ...options, more: 'authorization { token: "token-of-the-stream" }' })
      const result = await send(t, `tls://localhost:${port}`, { natsToken: 'token-of-the-stream' })
      assert.deepEqual(result, { kind: 'retry', reason, delivered: 0 })
    })
  }

  test('an address instead of a name is compared with the addresses of the certificate', async t => {
    const right = await startTls(t, { hosts: ['nats.example.com', '127.0.0.1'] })
    assert.equal(reasonOf(await send(t, `tls://127.0.0.1:${right.port}`)), NO_STREAM)
    const wrong = await startTls(t, { hosts: ['nats.example.com', '127.0.0.2'] })
    assert.equal(reasonOf(await send(t, `tls://127.0.0.1:${wrong.port}`)), 'NATS: the certificate is for another name.')
  })

  test('the name of the URL is what the certificate must have, and not the address that it resolves to', async t => {
    const { port } = await startTls(t, { hosts: ['nats.example.com'] })
    const ports = toPorts(t, { resolve: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) })
    const sink = nats.open({ natsUrl: `tls://nats.example.com:${port}`, natsSubject: 'auth.logs' }, ports)
    t.after(() => sink.close())
    assert.equal(reasonOf(await sink.send([sink.encode(LOGIN)], new AbortController().signal)), NO_STREAM)
  })

  test('without tls:// in the address a server that requires TLS is told nothing', async t => {
    const { port } = await startTls(t)
    assert.deepEqual(await send(t, `nats://localhost:${port}`), {
      kind: 'rejected',
      reason: 'NATS: the server requires TLS: use an address that begins with tls://.',
      delivered: 0,
    })
    assert.equal(
      nats.addresses({ natsUrl: 'nats://a.example', natsSubject: 'a' }, STRICT)[0]?.refusal,
      'must start with tls://',
    )
  })

  test('with tls:// in the address a server that has no TLS is told nothing', async t => {
    const { port } = await startConfiguredNats(t, 'authorization { token: "token-of-the-stream" }')
    const result = await send(t, `tls://localhost:${port}`, { natsToken: 'token-of-the-stream' })
    assert.deepEqual(result, { kind: 'retry', reason: "NATS: server does not support 'tls'.", delivered: 0 })
  })

  test('a server that wants a certificate of its clients is a matter for its operator', async t => {
    const { port } = await startTls(t, { tls: `${TLS}, ca_file: "$DIR/authority.pem", verify: true }` })
    const result = await send(t, `tls://localhost:${port}`)
    assert.equal(reasonOf(result), 'NATS: the server asks for a certificate of its clients, which streams do not have.')
  })
})
