import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../base/startup-error.ts'
import { startGracefulServer } from './graceful-server.ts'

const HOST = '127.0.0.1'

test('closing lets the answer in flight finish and refuses new connections', async () => {
  const server = await startGracefulServer((_, response) => void delay(100).then(() => response.end('done')), {
    port: 0,
    host: HOST,
  })
  const url = `http://${HOST}:${server.port}/`
  const inFlight = fetch(url).then(response => response.text())
  await delay(30)
  const closed = server.close(2000)
  await assert.rejects(fetch(url, { headers: { connection: 'close' } }))
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
  await server.close(3000)
  assert.ok(performance.now() - started < 1000)
  agent.destroy()
})

test('an answer that never comes is cut at the deadline', async () => {
  const server = await startGracefulServer(() => {}, { port: 0, host: HOST })
  const hanging = assert.rejects(fetch(`http://${HOST}:${server.port}/`))
  await delay(30)
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
