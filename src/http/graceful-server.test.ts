import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../base/startup-error.ts'
import { startGracefulServer } from './graceful-server.ts'

const HOST = '127.0.0.1'

test('closing lets the answer in flight finish and refuses new connections', async () => {
  const arrived = Promise.withResolvers<ServerResponse>()
  const server = await startGracefulServer((_, response) => arrived.resolve(response), { port: 0, host: HOST })
  const url = `http://${HOST}:${server.port}/`
  const inFlight = fetch(url).then(response => response.text())
  const response = await arrived.promise
  const closed = server.close(60_000)
  await assert.rejects(fetch(url, { headers: { connection: 'close' } }))
  response.end('done')
  assert.equal(await inFlight, 'done')
  await closed
})

test('connections that are kept alive do not hold a close up', async () => {
  const server = await startGracefulServer((_, response) => response.end('x'), { port: 0, host: HOST })
  const agent = new Agent({ keepAlive: true })
  const [response] = await once(get({ host: HOST, port: server.port, agent }), 'response')
  response.resume()
  await once(response, 'end')
  const started = performance.now()
  await server.close(60_000)
  assert.ok(performance.now() - started < 30_000, 'the deadline was not waited for')
  agent.destroy()
})

test('an answer that never comes is cut at the deadline', async () => {
  const arrived = Promise.withResolvers<void>()
  const server = await startGracefulServer(() => arrived.resolve(), { port: 0, host: HOST })
  const hanging = assert.rejects(fetch(`http://${HOST}:${server.port}/`))
  await arrived.promise
  await server.close(50)
  await hanging
})

test('a port in use is one sentence that says what to do', async () => {
  const first = await startGracefulServer((_, response) => response.end(), { port: 0, host: HOST })
  await assert.rejects(
    startGracefulServer(() => {}, { port: first.port, host: HOST }),
    new StartupError(`Port ${first.port} on ${HOST} is in use: stop what listens there, or set PORT to another one.`),
  )
  await first.close(100)
})

/** What a peer receives that sends this text and no more, until the server ends the connection. */
const untilCut = async (port: number, sent: string): Promise<string> => {
  const socket = connect(port, HOST)
  socket.write(sent)
  const received: Buffer[] = []
  for await (const chunk of socket) received.push(chunk)
  return Buffer.concat(received).toString('latin1')
}

// Node's own interval of 30 s is what these limits must not wait for; a machine that needs 10 s for 100 ms is not expected.
const EARLIER_THAN_NODE = { timeout: 20_000 }

for (const [peer, sent] of [
  ['sends nothing at all', ''],
  ['never ends its headers', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  ['never ends its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf'],
] as const) {
  test(`a peer that ${peer} is cut off at its limit`, EARLIER_THAN_NODE, async () => {
    let answered = 0
    const server = await startGracefulServer(
      (request, response) => request.on('end', () => response.end(`${++answered}`)).resume(),
      { port: 0, host: HOST, limits: { headers: 50, request: 80, check: 20 } },
    )
    assert.match(await untilCut(server.port, sent), /^HTTP\/1\.1 408 /)
    assert.equal(answered, 0)
    await server.close(100)
  })
}

test('a connection on which nothing moves is closed, also while its request is served', EARLIER_THAN_NODE, async () => {
  const server = await startGracefulServer(() => {}, { port: 0, host: HOST, limits: { silent: 50 } })
  assert.equal(await untilCut(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'), '')
  await server.close(100)
})

test('a request that keeps its limits is answered, however often they are looked at', async () => {
  const limits = { headers: 10_000, request: 10_000, check: 1 }
  const server = await startGracefulServer((_, response) => void delay(50).then(() => response.end('done')), {
    port: 0,
    host: HOST,
    limits,
  })
  assert.equal(await (await fetch(`http://${HOST}:${server.port}/`)).text(), 'done')
  await server.close(100)
})
