/** Streams to servers of the operator's own authority, which `NODE_EXTRA_CA_CERTS` makes the server trust. */

import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient } from '../src/cli/client/api-client.ts'
import {
  addStream,
  countMessages,
  createOperator,
  onlyWithServer,
  openClient,
  startConfiguredNats,
} from '../src/logs/sinks/nats-server-contract.ts'
import { createAuthority } from './kit/certificates.ts'
import { startTestServer, type TestServer, temporaryDirectory } from './kit/server.ts'

interface Health {
  readonly delivered: number
  readonly errors: readonly { readonly reason: string }[]
}

describe('log streams over TLS', () => {
  const folder = temporaryDirectory()
  const trusted = createAuthority('The operator')
  const stranger = createAuthority('A stranger')
  const closing: (() => Promise<unknown>)[] = []
  const lifetime = { after: (stop: () => Promise<unknown>) => closing.unshift(stop) }
  let server: TestServer
  let api: ApiClient

  before(async () => {
    const file = join(folder, 'authority.pem')
    writeFileSync(file, trusted.certificate)
    server = await startTestServer({ LOG_STREAM_LOCAL: 'allow', NODE_EXTRA_CA_CERTS: file })
    api = await server.api()
  })
  after(async () => {
    await server?.close()
    for (const stop of closing) await stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const startNats = (authority: typeof trusted, more: string) => {
    const { certificate, key } = authority.issue(['localhost'])
    return startConfiguredNats(lifetime, `tls { cert_file: "$DIR/c.pem", key_file: "$DIR/k.pem" }\n${more}`, {
      'c.pem': certificate,
      'k.pem': key,
    })
  }

  /** Creates a stream that begins with the oldest event; answers when it has succeeded or failed. */
  const tryStream = async (type: string, sink: object) => {
    const { id } = await api.call<{ id: string }>('POST', 'log-streams', { type, sink, startFrom: '2026-01-01' })
    const health = (): Promise<Health> => api.call('GET', `log-streams/${id}/health`)
    const deadline = Date.now() + 15_000
    for (let seen = await health(); ; seen = await health()) {
      if (seen.delivered > 0 || seen.errors.length > 0) break
      assert.ok(Date.now() < deadline, 'it neither succeeded nor failed')
      await sleep(50)
    }
    const shown = JSON.stringify([
      await api.call('GET', `log-streams/${id}`),
      await health(),
      await api.call('GET', 'logs'),
    ])
    return { ...(await health()), shown }
  }

  test(
    'a NATS server gets the events; its password and its credentials are shown nowhere',
    onlyWithServer,
    async () => {
      const password = 'a-password-that-is-long-enough'
      const withPassword = await startNats(trusted, `authorization { user: streamer, password: "${password}" }`)
      const client = await openClient(lifetime, `localhost:${withPassword.port}`, {
        user: 'streamer',
        pass: password,
        tls: { ca: trusted.certificate },
      })
      await addStream(client)
      const given = { natsSubject: 'auth.logs', natsUsername: 'streamer', natsPassword: password }
      const first = await tryStream('nats', { natsUrl: `tls://localhost:${withPassword.port}`, ...given })
      assert.deepEqual(first.errors, [])
      assert.ok((await countMessages(client)) > 0)
      assert.ok(!first.shown.includes(password))

      const operator = createOperator()
      const { port } = await startNats(trusted, operator.configuration)
      const natsCredentials = operator.credentials()
      const second = await tryStream('nats', {
        natsUrl: `tls://localhost:${port}`,
        natsSubject: 'auth.logs',
        natsCredentials,
      })
      assert.equal(second.errors[0]?.reason, 'No JetStream stream of the server takes this subject.')
      const secrets = natsCredentials.split(/\s+/).filter(word => /^(ey|SU)[\w.-]{50}/.test(word))
      assert.equal(secrets.length, 2)
      for (const secret of secrets) assert.ok(!second.shown.includes(secret))
    },
  )

  test('a NATS server of another authority is an error in the health that says so', onlyWithServer, async () => {
    const { port } = await startNats(stranger, 'authorization { token: "token-of-the-stream" }')
    const sink = { natsUrl: `tls://localhost:${port}`, natsSubject: 'auth.logs', natsToken: 'token-of-the-stream' }
    const { delivered, errors, shown } = await tryStream('nats', sink)
    assert.deepEqual(
      [delivered, errors[0]?.reason],
      [0, 'NATS: the certificate is not trusted; NODE_EXTRA_CA_CERTS can name its authority.'],
    )
    assert.ok(!shown.includes('token-of-the-stream'))
  })

  test('a webhook is trusted and distrusted alike', async () => {
    const endpoint = async (authority: typeof trusted): Promise<string> => {
      const { certificate, key } = authority.issue(['localhost'])
      const receiver = createServer({ cert: certificate, key }, (request, response) =>
        request.resume().on('end', () => response.end()),
      )
      await new Promise<void>(resolve => receiver.listen(0, '127.0.0.1', resolve))
      lifetime.after(async () => {
        receiver.closeAllConnections()
        receiver.close()
      })
      const address = receiver.address()
      return `https://localhost:${typeof address === 'object' ? address?.port : ''}/`
    }
    assert.deepEqual((await tryStream('http', { httpEndpoint: await endpoint(trusted) })).errors, [])
    const refused = await tryStream('http', { httpEndpoint: await endpoint(stranger) })
    assert.equal(
      refused.errors[0]?.reason,
      'The certificate is not trusted; NODE_EXTRA_CA_CERTS can name its authority.',
    )
  })
})
