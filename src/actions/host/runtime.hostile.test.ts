/** Actions that use what the runtime lends them, streams, forms and cryptography, against the child that lends it. */

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { bind, postLogin, run, runOne, startRunner } from '../../../test/kit/action-runner.ts'

const CPU_MS = 400
const runner = startRunner({ cpuMs: CPU_MS }, true)

const server = createServer((_request, response) => response.end('ok'))
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
after(() => {
  server.closeAllConnections()
  server.close()
})

const { privateKey: RSA_4096 } = generateKeyPairSync('rsa', {
  modulusLength: 4096,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

const sign = `require('crypto').createSign('RSA-SHA256').update('x').sign(event.secrets.KEY)`

/** Bodies of handlers that keep the child busy rather than themselves. */
const BUSY: Record<string, string> = {
  'a hash of 100 MB in a loop':
    "const c = require('crypto'), d = Buffer.alloc(1e6); for (;;) { const h = c.createHash('sha512'); for (let i = 0; i < 100; i++) h.update(d); h.digest() }",
  'hashes of 4 MB in a loop':
    "const c = require('crypto'), d = Buffer.alloc(4e6); for (;;) c.createHash('md5').update(d).digest()",
  'RSA signatures in a loop': `for (;;) ${sign}`,
  'RSA signatures in a loop that catches': `for (;;) { try { ${sign} } catch {} }`,
  'RSA signatures after await': `await null; for (;;) { await null; ${sign} }`,
  'derived keys in a loop': "for (;;) require('crypto').pbkdf2Sync('p', 's', 10000, 16, 'sha512')",
  'a cipher that is given one byte at a time':
    "const c = require('crypto').createCipheriv('aes-256-cbc', Buffer.alloc(32), Buffer.alloc(16)); c.update(Buffer.alloc(2e6)); for (;;) c.update('x')",
  'paths in a loop': "const p = require('path'); for (;;) p.join('a'.repeat(6e4), 'b'.repeat(6e4))",
  'query strings in a loop':
    "const q = require('querystring'); for (;;) q.parse('a=1&'.repeat(1e4), '&', '=', { maxKeys: 0 })",
  'addresses in a loop': "const u = require('url'); for (;;) u.parse('http://a/' + '%'.repeat(6e4))",
  'events in a loop': "const e = new (require('events'))(); e.on('x', () => e.emit('y')); for (;;) e.emit('x')",
  'an event target in a loop':
    "const t = new EventTarget(); t.addEventListener('x', () => t.dispatchEvent(new Event('y'))); for (;;) t.dispatchEvent(new Event('x'))",
  'a stream that is always ready': 'for await (const x of new ReadableStream({ pull(c) { c.enqueue(1) } }));',
  'a stream of Node that is always ready':
    "for await (const x of new (require('stream').Readable)({ objectMode: true, read() { this.push(1) } }));",
  'values that are compared for ever': "require('util').isDeepStrictEqual({ get a() { for (;;); } }, { a: 1 })",
}

for (const [what, body] of Object.entries(BUSY)) {
  test(`${what} ends as a failure in time, and a neighbour is served meanwhile`, async () => {
    const neighbour = bind(postLogin('console.log(1)'))
    await run(runner, [neighbour])
    const started = performance.now()
    const attack = run(runner, [bind(postLogin(body), { secrets: { KEY: RSA_4096 } })], { budgetMs: 8000 })
    let slowest = 0
    let isOver = false
    void attack.then(() => {
      isOver = true
    })
    while (!isOver) {
      const asked = performance.now()
      assert.equal((await run(runner, [neighbour])).outcome.kind, 'completed')
      slowest = Math.max(slowest, performance.now() - asked)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    const { actions } = await attack
    const kind = actions[0]?.result.kind ?? ''
    assert.ok(['timeout', 'error', 'memory'].includes(kind), `${kind} ${JSON.stringify(actions[0]?.result)}`)
    assert.ok(performance.now() - started < CPU_MS + 2500, `${performance.now() - started} ms`)
    assert.ok(slowest < 1000, `a neighbour waited for ${slowest} ms`)
  })
}

test('a program that was quick does not hold up the main thread with the functions of the child', async () => {
  const code = postLogin(`if (event.user.attack) for (;;) { try { ${sign} } catch {} }`)
  const action = bind(code, { secrets: { KEY: RSA_4096 } })
  const neighbour = bind(postLogin('console.log(1)'))
  for (let call = 0; call < 20; call++) {
    await run(runner, [action], { event: { user: {} } })
    await run(runner, [neighbour])
  }
  const attack = run(runner, [action], { event: { user: { attack: true } } })
  const asked = performance.now()
  assert.equal((await run(runner, [neighbour])).outcome.kind, 'completed')
  assert.ok(performance.now() - asked < 300, `a neighbour waited for ${performance.now() - asked} ms`)
  assert.equal((await attack).actions[0]?.result.kind, 'timeout')
})

test('what an Action leaves to WebCrypto does not keep others from it', async () => {
  const neighbour = bind(postLogin("await crypto.subtle.digest('SHA-256', new Uint8Array(8)); console.log(1)"))
  await run(runner, [neighbour])
  const leave = (bits: number) =>
    postLogin(`const key = await crypto.subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits'])
      const how = { name: 'PBKDF2', iterations: 1e6, salt: new Uint8Array(8), hash: 'SHA-512' }
      const left = Array.from({ length: 8 }, () => crypto.subtle.deriveBits(how, key, ${bits}))
      if (${bits} > 1024) return left[0]
      for (const one of left) one.catch(() => {})`)
  const refused = (await run(runner, [bind(leave(8 * 4_000_000))])).actions[0]?.result
  assert.match(JSON.stringify(refused), /at most 1024 bits/)
  assert.equal((await run(runner, [bind(leave(256))])).outcome.kind, 'completed')
  const asked = performance.now()
  for (let n = 0; n < 5; n++) assert.equal((await run(runner, [neighbour])).outcome.kind, 'completed')
  assert.ok(performance.now() - asked < 500, `five neighbours waited for ${performance.now() - asked} ms`)
})

test('a key of WebCrypto is as small as those of the module', async () => {
  const jwk = { kty: 'RSA', n: 'a'.repeat(2000), e: 'AQAB' }
  const code = postLogin(`await crypto.subtle.importKey('jwk', ${JSON.stringify(jwk)},
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['verify'])`)
  assert.match(JSON.stringify((await run(runner, [bind(code)])).actions[0]?.result), /at most 4096 bits/)
})

test('work of the child is part of the time that a call is said to have used', async () => {
  const action = bind(postLogin(`for (let i = 0; i < 10; i++) ${sign}`), { secrets: { KEY: RSA_4096 } })
  const report = (await run(runner, [action])).actions[0]
  assert.equal(report?.result.kind, 'ok')
  assert.ok((report?.cpu_ms ?? 0) > 10, `${report?.cpu_ms} ms`)
})

test('code that lives on after its call is lent nothing', async () => {
  const action = bind(
    postLogin(`Promise.resolve().then(async () => {
      for (let i = 0; i < 20; i++) await null
      for (;;) { try { require('crypto').createHash('sha512').update(Buffer.alloc(4e6)).digest() } catch {} }
    })`),
  )
  const started = performance.now()
  assert.equal((await run(runner, [action])).outcome.kind, 'completed')
  assert.equal((await runOne(runner, postLogin(''))).result.kind, 'ok')
  assert.ok(performance.now() - started < CPU_MS + 2000)
})

/** Bodies whose content is too much to be sent; each must fail where it is made, or at fetch. */
const TOO_LARGE: Record<string, string> = {
  'a form of 50 MB':
    "const f = new FormData(); for (let i = 0; i < 50; i++) f.append('a', 'x'.repeat(1e6)); await send(f)",
  'a form of a million entries': "const f = new FormData(); for (let i = 0; i < 1e6; i++) f.append('a', '')",
  'a Blob that doubles': "let b = new Blob(['x'.repeat(1e6)]); for (;;) b = new Blob([b, b])",
  'a Blob of 2 MB': "await send(new Blob(['x'.repeat(2e6)]))",
  'a stream of 2 MB':
    'await send(new ReadableStream({ start(c) { for (let i = 0; i < 20; i++) c.enqueue(new Uint8Array(1e5)); c.close() } }))',
  'a stream without end': 'await send(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1e5)) } }))',
  'a stream of things that are no bytes': 'await send(new ReadableStream({ pull(c) { c.enqueue({}) } }))',
  'a Response of a stream without end':
    'await new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1e5)) } })).text()',
  'a stream that is divided and never read':
    "const r = new Response('x'.repeat(1e6)); for (let i = 0; i < 100; i++) { void r.clone().body.getReader().read() } await send(r.body)",
}

for (const [what, body] of Object.entries(TOO_LARGE)) {
  test(`${what} is a failure of the Action alone`, async () => {
    const send = `const send = body => fetch('${origin}', { method: 'POST', body, duplex: 'half' })`
    const { result } = await runOne(runner, postLogin(`${send}\n${body}`), { budgetMs: 6000 })
    assert.ok(['error', 'memory', 'timeout', 'ok'].includes(result.kind), JSON.stringify(result))
    if (!what.includes('divided')) assert.notEqual(result.kind, 'ok')
    assert.equal((await runOne(runner, postLogin(''))).result.kind, 'ok')
  })
}

test('a stream that never gives anything ends with the budget of the run', async () => {
  const body = `await fetch('${origin}', { method: 'POST', body: new ReadableStream({ pull: () => new Promise(() => {}) }) })`
  assert.equal((await runOne(runner, postLogin(body), { budgetMs: 200 })).result.kind, 'timeout')
})

test('a request whose stream ends in a later call is not sent on the account of that call', async () => {
  let hits = 0
  const count = createServer((_request, response) => {
    hits += 1
    response.end()
  })
  await new Promise<void>(resolve => count.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(count.address() as AddressInfo).port}`
  const action = bind(
    `let finish\n${postLogin(`
    if (finish) { finish(); await new Promise(r => setTimeout(r, 30)); return }
    const body = new ReadableStream({ start(c) { finish = () => { c.enqueue(new Uint8Array(1)); c.close() } } })
    fetch('${address}', { method: 'POST', body }).catch(() => 0)`)}`,
  )
  for (let call = 0; call < 2; call++) assert.equal((await run(runner, [action])).outcome.kind, 'completed')
  count.close()
  assert.equal(hits, 0)
})

/** Keys and parameters that would cost the child more than they look; each must be refused at once. */
const COSTLY: Record<string, string> = {
  'an encrypted key': `c.createPrivateKey({ key: ${JSON.stringify(
    generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' },
    }).privateKey,
  )}, passphrase: 'p' })`,
  'a key of 8192 bits': `c.createPublicKey({ format: 'jwk', key: { kty: 'RSA', e: 'AQAB', n: '${'w'.repeat(1365)}' } })`,
  'an exponent as long as its modulus': `c.createPublicKey({ format: 'jwk', key: { kty: 'RSA', e: '${'w'.repeat(340)}', n: '${'x'.repeat(341)}w' } })`,
  'a key of 10 MB': "c.createPublicKey('-----BEGIN PUBLIC KEY-----' + 'A'.repeat(1e7) + '-----END PUBLIC KEY-----')",
  'iterations without end': "c.pbkdf2Sync('p', 's', 1e9, 32, 'sha512')",
  'a derived key of a gigabyte': "c.hkdfSync('sha256', 'k', 's', 'i', 1e9)",
  'generated keys': "c.generateKeyPairSync('rsa', { modulusLength: 8192 })",
  scrypt: "c.scryptSync('p', 's', 64, { N: 2 ** 20, r: 8, p: 16, maxmem: 2 ** 40 })",
  'random bytes without end': 'c.randomBytes(2 ** 31)',
  'a salt of a gigabyte': `c.createSign('sha256').update('x').sign({ key: ${JSON.stringify(RSA_4096)}, padding: 6, saltLength: 2 ** 30 })`,
}

for (const [what, expression] of Object.entries(COSTLY)) {
  test(`${what}: refused at once`, async () => {
    const report = await runOne(
      runner,
      postLogin(
        `const c = require('crypto'); const started = Date.now(); try { ${expression}; console.log('done') } catch (e) { console.log(Date.now() - started, e.constructor.name) }`,
      ),
    )
    assert.equal(report.result.kind, 'ok')
    const [ms, name = ''] = report.logs.text.split(' ')
    assert.match(name, /Error$/, report.logs.text)
    assert.ok(Number(ms) < 100, `${ms} ms`)
  })
}

/** Arguments that fight back; none may reach the host as anything but data. */
const ARGUMENTS: readonly string[] = [
  "require('crypto').createHash({ toString() { throw 1 } })",
  "require('crypto').createHmac('sha256', { get byteLength() { throw 1 } })",
  "require('crypto').sign('sha256', Buffer.from('x'), { get key() { return { get key() { return this } } } })",
  "require('crypto').createPublicKey({ format: 'jwk', key: { toJSON() { return '__proto__' } } })",
  "require('crypto').createCipheriv('aes-256-cbc', new Proxy(new Uint8Array(32), {}), null)",
  "require('path').join({}, [])",
  "require('path').join(...Array(1000).fill('a'))",
  "require('url').format({ get host() { throw 1 } })",
  "require('url').format(Object.create({ host: 'evil' }, { query: { value: { __proto__: { x: 1 } }, enumerable: true } }))",
  "require('querystring').stringify(new Proxy({}, { ownKeys() { throw 1 } }))",
  "require('querystring').parse('__proto__=1&constructor=2&__proto__[x]=3')",
  "new FormData().append('a', { toString() { throw 1 } })",
  "new Blob([{ toString: () => 'x'.repeat(1e7) }])",
  'new Blob({ [Symbol.iterator]() { throw 1 } })',
  "new Response(new Proxy(new Blob(['x']), {}))",
  "new Request('https://a.b', { get body() { throw 1 }, method: 'POST' })",
  "require('events').prototype.emit.call(null, 'x')",
  "require('__proto__')",
  "require('constructor')",
  "require('toString')",
  'require({ toString() { throw 1 } })',
]

for (const expression of ARGUMENTS) {
  test(`${expression} is data or an error, and nothing is polluted`, async () => {
    const probe =
      'console.log(({}).x, ({}).host, [].x, typeof require("util").format, Object.keys(Object.prototype).length)'
    const report = await runOne(runner, postLogin(`try { ${expression} } catch {}\n${probe}`))
    assert.deepEqual([report.result.kind, report.logs.text], ['ok', 'undefined undefined undefined function 0'])
    assert.equal(Reflect.get({}, 'x'), undefined)
  })
}

test('modules that one Action has changed are whole in another', async () => {
  const bad = bind(
    postLogin(`
    require('crypto').createHash = () => ({ update() { return this }, digest: () => 'forged' })
    require('events').prototype.emit = () => 'forged'
    ReadableStream.prototype.getReader = FormData.prototype.get = Blob.prototype.text = () => 'forged'
    globalThis.eval = () => () => () => 'forged'
    console.log(require('crypto').createHash('md5').update('').digest())`),
  )
  const good = bind(
    postLogin(`
    const form = new FormData(); form.append('a', 'b')
    console.log(require('crypto').createHash('md5').update('a').digest('hex'), new (require('events'))().emit('x'), form.get('a'), await new Blob(['c']).text())`),
  )
  for (let round = 0; round < 2; round++) {
    assert.equal((await run(runner, [bad])).actions[0]?.logs.text, 'forged')
    assert.equal((await run(runner, [good])).actions[0]?.logs.text, '0cc175b9c0f1b6a831c399e269772661 false b c')
  }
})

test('the members of a missing module fail when they are used, and lead nowhere', async () => {
  const names = ['fs', 'child_process', 'net', 'http', 'https', 'tls', 'dns', 'worker_threads', 'os', 'vm', 'zlib']
  for (const name of names) {
    const report = await runOne(runner, postLogin(`require('${name}')`))
    assert.ok(report.result.kind === 'error' && report.result.error.code === 'MODULE_NOT_FOUND', name)
    assert.match(report.result.error.message, /Actions do not have it: .{10}/)
  }
})
