/** Actions that use `fetch` to reach what is near the server. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { postLogin, runOne, startRunner } from '../../../test/kit/action-runner.ts'
import { createEgress } from '../../base/egress.ts'

const runner = startRunner()

/** Addresses that no Action may reach unless the configuration permits it. */
const REFUSED: readonly string[] = [
  'http://127.0.0.1:80/',
  'http://localhost/',
  'http://LOCALHOST./',
  'http://[::1]/',
  'http://0.0.0.0/',
  'http://0/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://127.1/',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.1.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[fd00::1]/',
  'http://[fe80::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[64:ff9b::7f00:1]/',
  'http://100.64.0.1/',
  'http://user:password@example.com/',
  'file:///etc/passwd',
  'data:text/plain,hello',
  'ftp://example.com/',
  'javascript:alert(1)',
  'gopher://127.0.0.1:25/',
  'nonsense',
  '//example.com/',
]

for (const address of REFUSED) {
  test(`fetch of ${address} is refused`, async () => {
    const report = await runOne(
      runner,
      postLogin(`await fetch('${address}').then(() => console.log('reached'), e => console.log(e.message))`),
    )
    assert.match(report.logs.text, /^fetch failed: the address /)
  })
}

let hits = 0
const server = createServer((request, response) => {
  hits += 1
  if (request.url === '/large') return void response.end(Buffer.alloc(3_000_000, 97))
  if (request.url === '/slow') return
  if (request.url === '/later') return void setTimeout(() => response.end(), 300)
  if (request.url === '/endless') return void response.writeHead(200).write('x')
  if (request.url?.startsWith('/to?'))
    return void response.writeHead(302, { location: decodeURIComponent(request.url.slice(4)) }).end()
  if (request.url === '/round') return void response.writeHead(307, { location: '/round' }).end()
  response.end(JSON.stringify(request.headers))
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
after(() => {
  server.closeAllConnections()
  server.close()
})
const { port } = server.address() as AddressInfo
const local = startRunner({}, true)
const origin = `http://127.0.0.1:${port}`

const logged = async (body: string, more = {}) => (await runOne(local, postLogin(body), more)).logs.text

test('a redirect to an address that is refused is refused', async () => {
  for (const target of ['http://169.254.169.254/', 'file:///etc/passwd', 'http://[::ffff:127.0.0.1]/']) {
    const text = await logged(
      `await fetch('${origin}/to?${encodeURIComponent(target)}').catch(e => console.log(e.message))`,
    )
    assert.match(text, /^fetch failed: the address /, target)
  }
})

test('a name that resolves to a local address, or to both kinds, is refused', async () => {
  for (const addresses of [['127.0.0.1'], ['93.184.216.34', '10.0.0.1']]) {
    const egress = createEgress(
      { allowInsecureHttp: true, allowLocalAddresses: false },
      {
        resolve: (_name, _options, done) =>
          done(
            null,
            addresses.map(address => ({ address, family: 4 })),
          ),
      },
    )
    const rebound = startRunner({ egress })
    const report = await runOne(
      rebound,
      postLogin("await fetch('http://rebinding.example/').catch(e => console.log(e.message))"),
    )
    assert.equal(report.logs.text, 'fetch failed: the address is not on the public internet')
    egress.close()
  }
})

test('a name that changes between two requests is judged at each', async () => {
  let asked = 0
  const egress = createEgress(
    { allowInsecureHttp: true, allowLocalAddresses: false },
    {
      resolve: (_name, _options, done) => {
        asked += 1
        done(null, [{ address: asked === 1 ? '192.0.2.1' : '127.0.0.1', family: 4 }])
      },
    },
  )
  const rebound = startRunner({ egress })
  const before = hits
  const code = postLogin(
    `for (let i = 0; i < 2; i++) await fetch('http://rebinding.example:${port}/').catch(e => console.log(e.message))`,
  )
  assert.match((await runOne(rebound, code)).logs.text, /not on the public internet\n.*not on the public internet/)
  assert.equal(hits, before)
  egress.close()
})

test('redirects without end, large answers and endless answers are cut', async () => {
  assert.match(
    await logged(`await fetch('${origin}/round').catch(e => console.log(e.message))`),
    /more than 5 redirects/,
  )
  assert.match(
    await logged(`await fetch('${origin}/large').catch(e => console.log(e.message))`),
    /more than 2000000 bytes/,
  )
  for (const path of ['slow', 'endless']) {
    const report = await runOne(local, postLogin(`await fetch('${origin}/${path}')`), { budgetMs: 300 })
    assert.ok(report.result.kind === 'timeout' || report.result.kind === 'error', path)
  }
})

test('requests are limited in number, in number at a time, and in size', async () => {
  const many = await logged(`
    let refused = 0
    for (let i = 0; i < 60; i++) await fetch('${origin}/').catch(() => refused++)
    console.log(refused)`)
  assert.equal(many, '10')
  const atOnce = await logged(`
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => fetch('${origin}/later')))
    console.log(all.filter(r => r.status === 'rejected').length)`)
  assert.equal(atOnce, '10')
  assert.match(
    await logged(
      `await fetch('${origin}/', { method: 'POST', body: 'x'.repeat(1e6 + 1) }).catch(e => console.log(e.message))`,
    ),
    /more than 1000000 bytes/,
  )
})

test('headers that frame the message, and line breaks, do not get through', async () => {
  const text = await logged(`
    const headers = { Host: 'evil', Connection: 'upgrade', 'Transfer-Encoding': 'chunked', 'Accept-Encoding': 'gzip', 'X-Ok': '1' }
    const seen = await (await fetch('${origin}/', { headers })).json()
    console.log(seen.host === '127.0.0.1:${port}', seen['transfer-encoding'], seen['accept-encoding'], seen['x-ok'])`)
  assert.equal(text, 'true undefined undefined 1')
  const broken = await logged(`
    const response = await fetch('${origin}/', { headers: [['x-a', 'b\\r\\nx-evil: 1']] }).then(r => r.json(), e => ({ refused: e.message }))
    console.log(response['x-evil'], response.refused ? 'refused' : response['x-a'])`)
  assert.match(broken, /^undefined /)
})

test('credentials do not follow a redirect to another origin', async () => {
  const target = `http://localhost:${port}/`
  const text = await logged(`
    const headers = { authorization: 'Bearer secret', cookie: 'a=1', 'x-kept': '1' }
    const seen = await (await fetch('${origin}/to?${encodeURIComponent(target)}', { headers })).json()
    console.log(seen.authorization, seen.cookie, seen['x-kept'])`)
  assert.equal(text, 'undefined undefined 1')
})

test('a request that no call waits for ends with its call', async () => {
  const report = await runOne(local, postLogin(`fetch('${origin}/slow'); console.log('done')`))
  assert.equal(report.result.kind, 'ok')
})
