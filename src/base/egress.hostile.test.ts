import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createEgress, type EgressPorts, type EgressRequest } from './egress.ts'
import { type EgressRules, refusalOf } from './egress-rules.ts'

const OPEN: EgressRules = { allowInsecureHttp: true, allowLocalAddresses: true }
const STRICT: EgressRules = { allowInsecureHttp: false, allowLocalAddresses: false }

const openEgress = (t: TestContext, rules: EgressRules, ports: EgressPorts = {}) => {
  const egress = createEgress(rules, ports)
  t.after(() => egress.close())
  return egress
}

const toRequest = (url: string, more: Partial<EgressRequest> = {}): EgressRequest => ({
  method: 'POST',
  url,
  headers: {},
  body: 'x',
  timeoutMs: 1000,
  maxResponseBytes: 1024,
  ...more,
})

const listen = async (t: TestContext, onRequest: RequestListener): Promise<string> => {
  const server = createServer(onRequest)
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has such an address
}

const resolveTo =
  (...addresses: LookupAddress[]): NonNullable<EgressPorts['resolve']> =>
  (_hostname, _options, done) =>
    done(null, addresses)

test('only https with a public host and no credentials is accepted by strict rules', () => {
  assert.equal(refusalOf('https://example.com/x?y=1', STRICT), undefined)
  for (const url of [
    'http://example.com',
    'ftp://example.com',
    'file:///etc/passwd',
    'https://user@example.com',
    'https://user:secret@example.com',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://a.localhost/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://',
    '',
    'example.com',
  ]) {
    assert.notEqual(refusalOf(url, STRICT), undefined, url)
  }
})

test('permission for local addresses does not reach link-local ones', () => {
  assert.equal(refusalOf('http://127.0.0.1:8080/', OPEN), undefined)
  assert.equal(refusalOf('http://169.254.169.254/', OPEN), 'is not on the public internet')
})

test('a host that is named with its port may be local, and no other host, port or kind of address', async t => {
  const origin = await listen(t, (_request, response) => response.end('ok'))
  const { port } = new URL(origin)
  const localHosts = new Set([
    `127.0.0.1:${port}`,
    `crm.internal:${port}`,
    'metadata.internal:80',
    '169.254.169.254:80',
  ])
  const rules: EgressRules = { allowInsecureHttp: true, allowLocalAddresses: false, localHosts }
  const egress = openEgress(t, rules, {
    resolve: (name, _options, done) =>
      done(null, [{ address: name === 'metadata.internal' ? '169.254.169.254' : '127.0.0.1', family: 4 }]),
  })
  const kindOf = async (url: string) => (await egress.send(toRequest(url))).kind
  for (const url of [origin, `http://CRM.internal:${port}/`, `http://2130706433:${port}/`]) {
    assert.equal(await kindOf(url), 'response', url)
  }
  for (const url of [
    'http://127.0.0.1/',
    `http://127.0.0.2:${port}/`,
    `http://localhost:${port}/`,
    `http://other.internal:${port}/`,
    `http://x.crm.internal:${port}/`,
    'http://crm.internal/',
    'http://metadata.internal/',
    'http://169.254.169.254/',
  ]) {
    assert.equal(await kindOf(url), 'refused', url)
  }
})

test('a refusal names the setting that can permit it, and none where no setting can', async t => {
  const rules: EgressRules = { ...STRICT, setting: 'A_SETTING' }
  for (const [url, refused] of [
    ['https://10.0.0.1/', 'is not on the public internet; A_SETTING can permit it'],
    ['https://localhost/', 'is not on the public internet; A_SETTING can permit it'],
    ['https://169.254.169.254/', 'is not on the public internet'],
    ['http://example.com/', 'must start with https://; A_SETTING can permit connections without TLS'],
    ['gopher://example.com/', 'must start with https://'],
    ['https://user:pass@example.com/', 'must not contain a user name or a password'],
  ] as const)
    assert.equal(refusalOf(url, rules), refused, url)
  const reasonOf = async (...addresses: string[]) => {
    const egress = openEgress(t, rules, { resolve: resolveTo(...addresses.map(address => ({ address, family: 4 }))) })
    const result = await egress.send(toRequest('https://internal.example/'))
    return result.kind === 'refused' ? result.reason : assert.fail(result.kind)
  }
  assert.match(await reasonOf('8.8.8.8', '10.0.0.1'), /^the address is not on the public internet; A_SETTING can/)
  assert.equal(await reasonOf('10.0.0.1', '169.254.169.254'), 'the address is not on the public internet')
})

test('a name is refused when any of its addresses is forbidden, and nothing is sent', async t => {
  let calls = 0
  const origin = await listen(t, (_request, response) => {
    calls += 1
    response.end()
  })
  const egress = openEgress(
    t,
    { allowInsecureHttp: true, allowLocalAddresses: false },
    { resolve: resolveTo({ address: '8.8.8.8', family: 4 }, { address: '127.0.0.1', family: 4 }) },
  )
  const result = await egress.send(toRequest(origin.replace('127.0.0.1', 'rebind.example')))
  assert.deepEqual(result, { kind: 'refused', reason: 'the address is not on the public internet' })
  assert.equal(calls, 0)
})

test('the address that was checked is the one that is connected, and the host header keeps the name', async t => {
  const hosts: (string | undefined)[] = []
  const origin = await listen(t, (request, response) => {
    hosts.push(request.headers.host)
    response.end('ok')
  })
  const egress = openEgress(t, OPEN, { resolve: resolveTo({ address: '127.0.0.1', family: 4 }) })
  const url = origin.replace('127.0.0.1', 'logs.example')
  const result = await egress.send(toRequest(url))
  assert.equal(result.kind, 'response')
  assert.deepEqual(hosts, [new URL(url).host])
})

test('a redirect is an answer, not an order', async t => {
  const origin = await listen(t, (_request, response) => {
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
  })
  const result = await openEgress(t, OPEN).send(toRequest(origin))
  assert.equal(result.kind === 'response' && result.status, 302)
})

test('an endless body is cut off at the limit', { timeout: 5000 }, async t => {
  const origin = await listen(t, (_request, response) => {
    const pour = (): void => {
      while (response.write('z'.repeat(1000))) {}
      response.once('drain', pour)
    }
    pour()
  })
  const result = await openEgress(t, OPEN).send(toRequest(origin, { maxResponseBytes: 1500, timeoutMs: 3000 }))
  assert.ok(result.kind === 'response' && result.truncated)
  assert.equal(result.body.length, 1500)
})

test('the deadline covers a server that never answers and one that drips', { timeout: 5000 }, async t => {
  const silent = await listen(t, () => {})
  const dripping = await listen(t, (_request, response) => {
    const timer = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(timer))
  })
  const egress = openEgress(t, OPEN)
  for (const url of [silent, dripping]) {
    assert.deepEqual(await egress.send(toRequest(url, { timeoutMs: 200 })), {
      kind: 'failed',
      reason: 'no complete answer within 200 ms',
    })
  }
})

test('garbage instead of HTTP is a failure with a reason', async t => {
  const server = createTcpServer(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
  t.after(() => server.close())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has such an address
  const result = await openEgress(t, OPEN).send(toRequest(url))
  assert.ok(result.kind === 'failed')
  assert.match(result.reason, /HPE_/)
})

test('a server that switches to another protocol has failed', { timeout: 5000 }, async t => {
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
  const closed = Promise.withResolvers<void>()
  const server = createTcpServer(socket => {
    socket.on('close', () => closed.resolve())
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(switching))
  })
  t.after(() => server.close())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has such an address
  const result = await openEgress(t, OPEN).send(toRequest(url))
  assert.deepEqual(result, { kind: 'failed', reason: 'it switched to another protocol' })
  await closed.promise
})

test('a refused connection, an unknown name and a given-up call each have their sentence', async t => {
  const origin = await listen(t, () => {})
  const egress = openEgress(t, OPEN)
  assert.deepEqual(await egress.send(toRequest('http://127.0.0.1:1/')), {
    kind: 'failed',
    reason: 'the connection was refused',
  })
  const unknown = openEgress(t, OPEN, { resolve: resolveTo() })
  assert.deepEqual(await unknown.send(toRequest('http://nowhere.example/')), {
    kind: 'failed',
    reason: 'the name does not resolve',
  })
  const stop = new AbortController()
  const pending = egress.send(toRequest(origin, { signal: stop.signal }))
  stop.abort()
  assert.deepEqual(await pending, { kind: 'failed', reason: 'the call was given up' })
})

test('headers that frame the message, and values that could end it, are refused', async t => {
  const egress = openEgress(t, OPEN)
  const origin = await listen(t, (_request, response) => response.end())
  for (const name of ['Transfer-Encoding', 'content-length', 'Host', 'Connection']) {
    assert.deepEqual(await egress.send(toRequest(origin, { headers: { [name]: 'x' } })), {
      kind: 'refused',
      reason: `the header ${name} cannot be set`,
    })
  }
  const split = await egress.send(toRequest(origin, { headers: { 'x-a': 'b\r\nx-c: d' } }))
  assert.deepEqual(split, { kind: 'refused', reason: 'a header has a name or a value that HTTP does not allow' })
})
