import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { nats } from './nats.ts'
import type { OpenSink } from './sink.ts'
import { LOGIN, toPorts } from './sink-contract.ts'

const INFO = `INFO ${JSON.stringify({ server_id: 'x', version: '2.9.10', proto: 1, headers: true, max_payload: 1e6 })}\r\n`

/** A server that does with a connection what the test wants. */
const startFake = async (t: TestContext, serve: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {}) // hanging up is what the tests are about
    serve(socket)
  })
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `nats://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

/** Answers the greeting, then does something with what is published. */
const greet =
  (published: (socket: Socket) => void) =>
  (socket: Socket): void => {
    socket.write(INFO)
    socket.on('data', chunk => {
      if (chunk.includes('PING')) socket.write('PONG\r\n')
      if (chunk.includes('PUB ')) published(socket)
    })
  }

/** Writes for as long as the client listens, and counts. */
const writeEndlessly = (socket: Socket, chunk: Uint8Array, beginning = ''): void => {
  const go = (): void => {
    while (!socket.destroyed && socket.write(chunk)) {}
    socket.once('drain', go)
  }
  socket.write(beginning)
  go()
}

const openNats = (t: TestContext, natsUrl: string, timeoutMs: number, more: object = {}): OpenSink => {
  const sink = nats.open({ natsUrl, natsSubject: 'auth.logs', ...more }, toPorts(t, { timeoutMs }))
  t.after(() => sink.close())
  return sink
}

const sendOne = (sink: OpenSink, signal = new AbortController().signal) => sink.send([sink.encode(LOGIN)], signal)

const LETTERS = Buffer.alloc(65_536, 'A')

const ENDLESS: readonly (readonly [about: string, serve: (socket: Socket) => void])[] = [
  ['greets without end', socket => writeEndlessly(socket, LETTERS)],
  ['greets with JSON without end', socket => writeEndlessly(socket, LETTERS, 'INFO {"server_id":"')],
  [
    'answers with a message without end',
    greet(socket => writeEndlessly(socket, LETTERS, 'MSG _INBOX.a 1 900000000\r\n')),
  ],
  ['answers with lines without end', greet(socket => writeEndlessly(socket, Buffer.from('+OK\r\n'.repeat(10_000))))],
]

for (const [about, serve] of ENDLESS) {
  test(`a server that ${about} is cut off`, { timeout: 20_000 }, async t => {
    let socket: Socket | undefined
    const url = await startFake(t, open => {
      socket = open
      serve(open)
    })
    const began = Date.now()
    const result = await sendOne(openNats(t, url, 15_000))
    assert.ok(Date.now() - began < 10_000, 'it is not waited for')
    assert.equal(result.kind, 'retry')
    await wait(50)
    assert.ok(socket?.destroyed, 'the connection is closed')
    // Generous for the buffers of both ends of the connection; without a limit it is gigabytes.
    assert.ok(socket.bytesWritten < 60_000_000, `${socket.bytesWritten} bytes were taken`)
  })
}

const GARBAGE: readonly (readonly [about: string, serve: (socket: Socket) => void])[] = [
  ['greets with garbage', socket => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['greets with broken JSON', socket => socket.write('INFO {"server_id":\r\n')],
  ['greets twice, the second time with garbage', greet(socket => socket.write('INFO {"a":\r\n'))],
  ['answers with garbage', greet(socket => socket.write(Buffer.from([0, 255, 13, 10, 1, 2, 3])))],
  ['hangs up at once', socket => socket.destroy()],
  ['hangs up on the first event', greet(socket => socket.destroy())],
]

for (const [about, serve] of GARBAGE) {
  test(`a server that ${about} is tried again later`, async t => {
    const result = await sendOne(openNats(t, await startFake(t, serve), 2_000))
    assert.equal(result.kind, 'retry')
    assert.match(result.kind === 'retry' ? result.reason : '', /^NATS: .+\.$/)
  })
}

test('a server that is half open is given up in time, and closing it waits for no answer', async t => {
  for (const serve of [() => {}, greet(() => {})]) {
    const sink = openNats(t, await startFake(t, serve), 300)
    const began = Date.now()
    assert.deepEqual(await sendOne(sink), { kind: 'retry', reason: 'NATS did not answer in time.', delivered: 0 })
    await sink.close()
    assert.ok(Date.now() - began < 2_000)
  }
})

test('a stop does not wait for an answer', async t => {
  for (const serve of [() => {}, greet(() => {})]) {
    const sink = openNats(t, await startFake(t, serve), 60_000)
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 100)
    const began = Date.now()
    assert.deepEqual(await sendOne(sink, stop.signal), {
      kind: 'retry',
      reason: 'NATS: the call was given up.',
      delivered: 0,
    })
    await sink.close()
    assert.ok(Date.now() - began < 2_000)
  }
})

test('a server that repeats the secrets it was told does not get them into a reason', async t => {
  const url = await startFake(t, socket => {
    socket.write(INFO)
    socket.on('data', chunk => {
      const { auth_token = '', pass = '' } = JSON.parse(/CONNECT (.*)\r\n/.exec(String(chunk))?.[1] ?? '{}')
      socket.write(`-ERR 'Authorization Violation of ${auth_token} or ${pass}'\r\n`)
    })
  })
  const secrets = { natsToken: 'token-of-the-stream', natsUsername: 'streamer', natsPassword: 'password-of-the-stream' }
  const result = await sendOne(openNats(t, url, 2_000, secrets))
  const reason = result.kind === 'accepted' ? '' : result.reason
  assert.doesNotMatch(reason, /of-the-stream/)
  assert.match(reason, /\*{8}/, 'the server was told, and said so')
})

test('text that is no credentials file is refused when the stream is made', () => {
  const accepts = (natsCredentials: string): boolean =>
    nats.schema.safeParse({ natsUrl: 'tls://a.example', natsSubject: 'a', natsCredentials }).success
  const file = (jwt: string, seed: string): string =>
    `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`
  const seed = `SU${'A'.repeat(56)}`
  assert.ok(accepts(file('a.b.c', seed)))
  for (const text of [
    'garbage',
    seed,
    'a.b.c',
    file('a.b', seed),
    file('a.b.c', `SA${'A'.repeat(56)}`),
    file('', ''),
  ]) {
    assert.ok(!accepts(text), text)
  }
  const began = Date.now()
  assert.ok(!accepts(`${file('a.b.c', 'x').slice(0, 90)}${'-'.repeat(16_000)}`))
  assert.ok(Date.now() - began < 500, 'no text takes long to refuse')
})
