import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createEgress } from '../../base/egress.ts'
import { http } from './http.ts'
import type { OpenSink } from './sink.ts'
import { LOGIN, STRICT, toPorts } from './sink-contract.ts'

const openAt = async (t: TestContext, server: Server): Promise<OpenSink> => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo // a TCP server has such an address
  return http.open({ httpEndpoint: `http://127.0.0.1:${port}/` }, toPorts(t))
}

const openAtHttp = (t: TestContext, onRequest: RequestListener): Promise<OpenSink> => {
  const server = createServer(onRequest)
  t.after(() => server.closeAllConnections())
  return openAt(t, server)
}

const send = (sink: OpenSink, signal = new AbortController().signal) => sink.send([sink.encode(LOGIN)], signal)

test('an endless answer is cut off and the status counts', { timeout: 10_000 }, async t => {
  const sink = await openAtHttp(t, (_request, response) => {
    const pour = (): void => {
      while (response.write('z'.repeat(16_384))) {}
      response.once('drain', pour)
    }
    pour()
  })
  assert.deepEqual(await send(sink), { kind: 'accepted' })
})

test('garbage instead of HTTP is retried', async t => {
  const sink = await openAt(
    t,
    createTcpServer(socket => {
      socket.on('error', () => {})
      socket.end('\0\x01\x02 this is not HTTP\r\n\r\n')
    }),
  )
  assert.equal((await send(sink)).kind, 'retry')
})

test('a receiver that takes the request and dies before it answers leaves the batch undelivered', async t => {
  const sink = await openAtHttp(t, request => {
    request.resume()
    request.on('end', () => request.socket.destroy())
  })
  assert.deepEqual(await send(sink), {
    kind: 'retry',
    reason: 'The connection was closed before the answer was complete.',
  })
})

test('a receiver that never answers is given up with the stream', async t => {
  const sink = await openAtHttp(t, () => {})
  assert.deepEqual(await send(sink, AbortSignal.timeout(100)), { kind: 'retry', reason: 'The call was given up.' })
})

test('rules that were tightened after the stream was made hold for it', async t => {
  const egress = createEgress(STRICT)
  t.after(() => egress.close())
  const sink = http.open({ httpEndpoint: 'http://127.0.0.1:9/' }, toPorts(t, { egress }))
  assert.deepEqual(await send(sink), { kind: 'rejected', reason: 'The address must start with https://.' })
})

const QUERY = '?token=hush-nobody-may-read'

for (const [what, url] of Object.entries({
  'refuses the connection': 'http://127.0.0.1:9/',
  'does not exist': 'http://nowhere.invalid/',
  'is no address': 'http://',
  'has a scheme that nothing speaks': 'gopher://127.0.0.1/',
  'is not public': 'https://169.254.169.254/',
})) {
  test(`a failure says nothing of the query of an address that ${what}`, async t => {
    const result = await send(http.open({ httpEndpoint: `${url}${QUERY}` }, toPorts(t)))
    assert.notEqual(result.kind, 'accepted')
    assert.doesNotMatch(JSON.stringify(result), /hush|token/)
  })
}

test('a failure says nothing of the query, also when the receiver repeats it', async t => {
  const server = createServer((request, response) => {
    response.writeHead(301, `moved to ${request.url}`, { location: request.url ?? '' }).end(request.url)
  })
  await openAt(t, server)
  const { port } = server.address() as AddressInfo // a TCP server has such an address
  const result = await send(http.open({ httpEndpoint: `http://127.0.0.1:${port}/${QUERY}` }, toPorts(t)))
  assert.equal(result.kind, 'rejected')
  assert.doesNotMatch(JSON.stringify(result), /hush|token/)
})
