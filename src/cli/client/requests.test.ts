import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { createRequests, type RequestOptions } from './requests.ts'

const servers: Server[] = []
after(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

const listen = async (listener: RequestListener): Promise<URL> => {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`) // of a TCP server
}

/** Answers the statuses in turn, then 200 with `{"ok":true}`. */
const answering = (statuses: readonly number[], headers: Record<string, string> = {}) => {
  const left = [...statuses]
  return listen((_, response) => {
    const status = left.shift()
    response.writeHead(status ?? 200, { 'content-type': 'application/json', ...(status ? headers : {}) })
    response.end(JSON.stringify(status ? { statusCode: status, message: `no ${status}` } : { ok: true }))
  })
}

const setUp = (options: Partial<RequestOptions> = {}) => {
  const waits: number[] = []
  const said: string[] = []
  const send = createRequests({
    signal: new AbortController().signal,
    patienceMs: 60_000,
    random: () => 1,
    sleep: async ms => void waits.push(ms),
    onTrouble: reason => said.push(reason),
    onRecovery: () => said.push('recovered'),
    ...options,
  })
  return { send, waits, said }
}

test('what passes is tried again with growing waits, and said once', async () => {
  const url = await answering([503, 500, 408, 502])
  const { send, waits, said } = setUp()
  assert.deepEqual(await send(url), { kind: 'answer', body: { ok: true } })
  assert.deepEqual(waits, [250, 500, 1000, 2000])
  assert.deepEqual(said, ['/api answered 503: no 503', 'recovered'])
})

test('a server that asks for time gets it', async () => {
  const { send, waits } = setUp()
  await send(await answering([429], { 'retry-after': '7' }))
  assert.deepEqual(waits, [7_000])
})

test('patience ends, and the reason is given', async () => {
  const url = await listen((_, response) => response.writeHead(503).end('busy \u001b[31m'))
  let now = 0
  const sleep = async (ms: number): Promise<void> => {
    now += ms
  }
  const { send } = setUp({ patienceMs: 4_000, now: () => now, sleep })
  await assert.rejects(send(url), { name: 'CliFailure', message: '/api answered 503: busy \ufffd[31m; gave up.' })
})

test('a server that is not there is trouble, not a stack trace', async () => {
  const url = await listen(() => {})
  await new Promise(resolve => servers.pop()?.close().once('close', resolve))
  await assert.rejects(setUp({ patienceMs: 0 }).send(url), {
    name: 'CliFailure',
    message: /^http:\/\/127\.0\.0\.1:\d+ cannot be reached \(.*ECONNREFUSED.*\); gave up\.$/,
  })
})

test('a connection that breaks in the middle of an answer is tried again', async () => {
  let requests = 0
  const url = await listen((_, response) => {
    requests += 1
    response.writeHead(200, { 'content-length': '100' })
    if (requests === 1) response.write('{"ok":', () => response.destroy())
    else response.end(`{"ok":true}${' '.repeat(89)}`)
  })
  assert.deepEqual(await setUp().send(url), { kind: 'answer', body: { ok: true } })
})

test('a refusal is final and in the words of the API', async () => {
  for (const status of [400, 403, 404, 409, 414]) {
    const { send, waits } = setUp()
    await assert.rejects(send(await answering([status])), { message: `/api answered ${status}: no ${status}` })
    assert.deepEqual(waits, [])
  }
  assert.deepEqual(await setUp().send(await answering([401])), { kind: 'unauthorized' })
})

test('an answer that is not JSON is refused, and a redirect is not followed with the token', async () => {
  await assert.rejects(setUp().send(await listen((_, response) => response.end('<html>'))), /did not answer with JSON/)
  let reached = false
  const other = await listen((_, response) => {
    reached = true
    response.end('{}')
  })
  const url = await listen((_, response) => response.writeHead(307, { location: other.href }).end())
  await assert.rejects(setUp({ patienceMs: 0 }).send(url, { method: 'POST', body: 'secret' }), /cannot be reached/)
  assert.equal(reached, false)
})

test('an interruption ends a request and a wait at once', async () => {
  const silent = await listen(() => {})
  for (const url of [silent, await listen((_, response) => response.writeHead(503, { 'retry-after': '60' }).end())]) {
    const stop = new AbortController()
    const send = createRequests({ signal: stop.signal, patienceMs: Number.POSITIVE_INFINITY })
    const started = performance.now()
    setTimeout(() => stop.abort(), 50)
    await assert.rejects(send(url), { name: 'AbortError' })
    assert.ok(performance.now() - started < 2_000)
  }
})
