import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { bind, postLogin, run, runOne, startRunner } from '../../../test/kit/action-runner.ts'

const runner = startRunner({}, true)

/** Expressions of an Action and what they must show; most are compared with what Node itself says. */
const SAME_AS_NODE: readonly string[] = [
  "new URL('https://ex.com:8443/a/../b?q=1#h').href",
  "new URL('b', 'https://é.example/a/').host",
  "(u => { u.searchParams.append('x', 'y z'); u.hash = '#k'; return String(u) })(new URL('http://a.b/?w=1'))",
  "(u => { u.search = '?n=2'; return u.searchParams.get('n') })(new URL('http://a.b/?w=1'))",
  "URL.canParse('nope') + '' + URL.canParse('/a', 'http://b.c')",
  "new URLSearchParams({ a: '1&2', b: 'é' }).toString()",
  "[...new URLSearchParams('a=1&b=2&a=3')].join('|')",
  "(t => t.length + t.slice(9990, 10020) + t.slice(-9))(new URLSearchParams(Array.from({ length: 9000 }, (_, i) => ['k' + i, 'é'])).toString()) + new URLSearchParams()",
  "(p => { p.set('a', 9); p.delete('b'); p.sort(); return p + '' })(new URLSearchParams('c=0&a=1&b=2&a=3'))",
  "Buffer.from('héllo').toString('base64') + Buffer.from('aGk', 'base64url').toString() + Buffer.byteLength('é')",
  "btoa('hi') + atob('aGk=')",
  "new TextEncoder().encode('é€😀').join()",
  'new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xa9]))',
  '(d => d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }) + d.decode(new Uint8Array([0xac])))(new TextDecoder())',
  "new TextDecoder('latin1').encoding + new TextDecoder('utf-16le').decode(new Uint8Array([104, 0]))",
  "JSON.stringify(new TextEncoder().encodeInto('a€b', new Uint8Array(3)))",
  'structuredClone({ a: [new Date(0), new Map([[1, new Set([2])]])] }).a[1].get(1).has(2)',
  "new Headers({ 'X-A': '1', accept: '*/*' }).get('x-a') + [...new Headers([['b', '2'], ['a', '1']]).keys()]",
  '(async () => (await new Response(\'{"a":1}\', { status: 201 }).json()).a)()',
  '(async () => (await Response.json({ é: 1 }).text()))()',
  "(async () => (await new Response('é').arrayBuffer()).byteLength)()",
  "(async () => (await new Request('https://a.b/', { method: 'POST', body: 'x' }).clone().text()))()",
  "new Request('https://a.b/', { method: 'post', body: new URLSearchParams('a=1') }).headers.get('content-type')",
  "(async () => { const c = new AbortController(); c.abort(new Error('r')); return c.signal.aborted + c.signal.reason.message })()",
  'AbortSignal.abort().reason.name',
  "new Promise(r => AbortSignal.timeout(5).addEventListener('abort', e => r(e.type)))",
  "AbortSignal.any([new AbortController().signal, AbortSignal.abort('why')]).reason",
  "Buffer.from('a?b~', 'utf8').toString('base64url') + Buffer.isEncoding('base64url')",
  "new Promise(r => setTimeout(r, 5, 'later'))",
  'new Promise(r => { let n = 0; const t = setInterval(() => { if (++n === 3) { clearInterval(t); r(n) } }, 1) })',
  "new Promise(r => { clearTimeout(setTimeout(() => r('wrong'), 1)); setTimeout(r, 10, 'right') })",
  "new Promise(r => queueMicrotask(() => r('micro')))",
  'typeof performance.now() + typeof crypto.randomUUID() + crypto.getRandomValues(new Uint8Array(4)).length',
  "(async () => Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('x'))).toString('hex'))()",
  "require('crypto').createHash('sha256').update('a').update('b').digest('hex')",
  "require('node:crypto').createHmac('sha1', 'k').update(Buffer.from('d')).digest('base64')",
  "require('crypto').timingSafeEqual(Buffer.from('a'), Buffer.from('a'))",
  "require('util').format('%s=%d', 'a', 1)",
  "typeof require('url').URL + typeof require('buffer').Buffer",
  "require('crypto').randomBytes(8).toString('hex').length",
]

for (const expression of SAME_AS_NODE) {
  test(`${expression} is what Node says`, async () => {
    const { createRequire } = await import('node:module')
    const evaluate = new Function(
      'require',
      'module',
      `return (async function () { return String(await (${expression})) })()`,
    )
    const expected: unknown = await evaluate(createRequire(import.meta.url), { exports: {} })
    const report = await runOne(runner, postLogin(`console.log(String(await (${expression})))`))
    assert.deepEqual([report.result, report.logs.text], [{ kind: 'ok' }, expected])
  })
}

test('WebCrypto keys can be imported, generated, used and exported', async () => {
  const report = await runOne(
    runner,
    postLogin(`
    const data = new TextEncoder().encode('data')
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('k'.repeat(32)), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
    console.log(key.type, key.usages.join(), await crypto.subtle.verify('HMAC', key, await crypto.subtle.sign('HMAC', key, data), data))
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    const ecdsa = { name: 'ECDSA', hash: 'SHA-256' }
    console.log(await crypto.subtle.verify(ecdsa, pair.publicKey, await crypto.subtle.sign(ecdsa, pair.privateKey, data), data))
    console.log((await crypto.subtle.exportKey('jwk', pair.publicKey)).crv)
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const aes = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, aes, await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, aes, data))
    console.log(new TextDecoder().decode(plain))
    await crypto.subtle.exportKey('raw', aes).catch(e => console.log(e.name))`),
  )
  assert.deepEqual(report.logs.text.split('\n'), ['secret sign,verify true', 'true', 'P-256', 'data', 'OperationError'])
})

test('a key that is kept at module level outlives hundreds of others', async () => {
  const code = `let kept
    const make = () => crypto.subtle.importKey('raw', new Uint8Array(32), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    ${postLogin(`
    kept ??= await make()
    for (let i = 0; i < 60; i++) await make()
    console.log((await crypto.subtle.sign('HMAC', kept, new Uint8Array(1))).byteLength)`)}`
  const action = bind(code)
  for (let call = 0; call < 6; call++) assert.equal((await run(runner, [action])).actions[0]?.logs.text, '32')
})

test('module-level state lives on between the calls of one version, and nowhere else', async () => {
  const action = bind(`let n = 0\n${postLogin('console.log(++n)')}`)
  const logs: string[] = []
  for (let call = 0; call < 12; call++) logs.push((await run(runner, [action])).actions[0]?.logs.text ?? '')
  assert.deepEqual(
    logs,
    Array.from({ length: 12 }, (_, index) => String(index + 1)),
  )
  const { actions } = await run(runner, [{ ...action, version_id: 'another' }])
  assert.equal(actions[0]?.logs.text, '1')
  const other = await run(runner, [action], { tenantId: 'other' })
  assert.equal(other.actions[0]?.logs.text, '1')
})

test('calls of one version at the same time do not share an instance', async () => {
  const action = bind(
    `let busy = false\n${postLogin('console.log(busy, event.user.name); busy = true; await new Promise(r => setTimeout(r, 20)); busy = false')}`,
  )
  const results = await Promise.all(['a', 'b', 'c'].map(name => run(runner, [action], { event: { user: { name } } })))
  assert.deepEqual(
    results.map(({ actions }) => actions[0]?.logs.text),
    ['false a', 'false b', 'false c'],
  )
})

test('what an Action leaves running ends with its call', async () => {
  const action = bind(
    `let calls = 0\n${postLogin(`
    console.log(++calls)
    if (calls === 1) {
      setTimeout(() => console.log('a timer of the first call'), 5)
      fetch('http://127.0.0.1:9/').catch(() => console.log('a request of the first call'))
      Promise.resolve().then(() => 0).then(() => 0).then(() => 0).then(() => 0).then(() => 0).then(() => { console.log('late'); api.access.deny('late') })
    } else await new Promise(r => setTimeout(r, 30))`)}`,
  )
  const first = await run(runner, [action])
  const second = await run(runner, [action])
  assert.equal(first.outcome.kind, 'completed')
  assert.equal(second.outcome.kind, 'completed')
  assert.equal(second.actions[0]?.logs.text, '2')
})

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    if (request.url === '/hop') return response.writeHead(302, { location: '/echo' }).end()
    if (request.url === '/bytes') return response.end(Buffer.from([0, 255, 1]))
    response.setHeader('content-type', 'application/json')
    response.setHeader('set-cookie', ['a=1', 'b=2'])
    const { method, url, headers } = request
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }))
  })
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
after(() => server.close())
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

test('fetch sends what it is given and reads what comes back', async () => {
  const report = await runOne(
    runner,
    postLogin(`
    const response = await fetch('${origin}/echo?a=é', { method: 'POST', headers: { 'X-Id': '7', 'Content-Length': '999', host: 'evil' }, body: JSON.stringify({ name: 'é' }) })
    const { method, url, headers, body } = await response.json()
    console.log(response.ok, response.status, response.statusText, response.headers.get('content-type'), method, url)
    console.log(headers['x-id'], headers['content-length'], headers.host, headers['content-type'], body)
    const hopped = await fetch('${origin}/hop', { method: 'POST', body: 'x' })
    console.log(hopped.redirected, new URL(hopped.url).pathname, (await hopped.json()).method)
    console.log(new Uint8Array(await (await fetch('${origin}/bytes')).arrayBuffer()).join())`),
  )
  assert.deepEqual(report.logs.text.split('\n'), [
    'true 200 OK application/json POST /echo?a=%C3%A9',
    `7 13 ${origin.slice(7)} text/plain;charset=UTF-8 {"name":"é"}`,
    'true /echo GET',
    '0,255,1',
  ])
})

test('a request can be aborted, and a refused connection is a TypeError', async () => {
  const report = await runOne(
    runner,
    postLogin(`
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 1)
    await fetch('${origin}/echo', { signal: controller.signal }).then(() => console.log('answered first'), e => console.log(e.name))
    await fetch('http://127.0.0.1:9/').catch(e => console.log(e.name, e.message))
    await fetch('${origin}/hop', { redirect: 'error' }).catch(e => console.log(e.message))
    console.log((await fetch('${origin}/hop', { redirect: 'manual' })).status)`),
  )
  const [, ...lines] = report.logs.text.split('\n')
  assert.deepEqual(lines, [
    'TypeError fetch failed: the connection was refused',
    'fetch failed: the answer is a redirect',
    '302',
  ])
})
