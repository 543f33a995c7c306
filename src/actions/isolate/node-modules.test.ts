import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { postLogin, runOne, startRunner } from '../../../test/kit/action-runner.ts'

const runner = startRunner()

/** Expressions of an Action that must show what Node itself says. */
const SAME_AS_NODE: readonly string[] = [
  "new Blob(['é', new Uint8Array([97]), new Blob(['b'])], { type: 'Text/Plain' }).size",
  "(async () => (await new Blob(['abcdef']).slice(-4, -1).text()) + new Blob([], { type: 'A/B' }).type)()",
  "(f => f.name + f.lastModified + f.type + f.size + (f instanceof Blob))(new File(['x'], 'n.txt', { lastModified: 5, type: 'text/plain' }))",
  "(f => { f.append('a', 1); f.append('a', '2'); f.set('a', 3); f.append('b', new Blob(['x']), 'n'); return [...f].map(([k, v]) => k + (v.name ?? v)).join() })(new FormData())",
  "(async () => { const f = new FormData(); f.append('a\"\\n', 'l1\\nl2'); f.append('f', new File(['x'], 'n\"', { type: 'a/b' })); const r = new Request('https://a.b', { method: 'POST', body: f }); const b = /boundary=(.*)/.exec(r.headers.get('content-type'))[1]; return (await r.text()).replaceAll(b, 'B').trim() })()",
  "(async () => { let s = ''; for await (const c of new Response('héllo').body) s += new TextDecoder().decode(c); return s })()",
  "(async () => { const r = new Response('x'); const b = r.body; const before = r.bodyUsed; await b.getReader().read(); return before + ' ' + r.bodyUsed + await r.text().catch(e => e.name) })()",
  "(async () => { const r = new Response(new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('ab')); c.close() } })); const c = r.clone(); return await r.text() + await c.text() + r.bodyUsed })()",
  "(async () => await new Response(new Blob(['é']).stream().pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream({ transform(t, c) { c.enqueue(t + '!') } })).pipeThrough(new TextEncoderStream())).text())()",
  '(async () => { const w = []; await new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); c.close() } }).pipeTo(new WritableStream({ write(x) { w.push(x) } })); return w.join() })()',
  '(async () => (await new Response(new Uint8Array([1, 2])).blob()).size)()',
  "(async () => { const r = new Request('https://a.b', { method: 'PUT', body: new Blob(['x'], { type: 'a/b' }) }); const s = new Request(r); return s.headers.get('content-type') + r.bodyUsed + s.method + await s.text() })()",
  "String(new Response(null).body) + Response.redirect('https://a.b/', 301).status",
  "require('crypto').createHash('RSA-SHA256').update('é', 'utf8').update('00ff', 'hex').digest('base64url')",
  "(h => { const c = h.update('a').copy(); h.update('b'); return c.digest('hex') + h.digest('hex') })(require('crypto').createHash('md5'))",
  "require('crypto').createHmac('sha512', require('crypto').createSecretKey(Buffer.from('k'))).update('d').digest('hex')",
  "require('crypto').hash('sha1', 'x') + require('crypto').createHash('sha384').update(new Uint8Array(3)).digest().length",
  "(c => c.update('text', 'utf8', 'hex') + c.update(' and more than one block') + c.final('hex'))(require('crypto').createCipheriv('aes-256-cbc', Buffer.alloc(32, 1), Buffer.alloc(16, 2)))",
  "(() => { const { createCipheriv, createDecipheriv } = require('crypto'); const k = Buffer.alloc(16, 1), iv = Buffer.alloc(12, 2); const c = createCipheriv('aes-128-gcm', k, iv).setAAD(Buffer.from('a')); const t = c.update('secret', 'utf8', 'base64') + c.final('base64'); const d = createDecipheriv('aes-128-gcm', k, iv).setAAD(Buffer.from('a')).setAuthTag(c.getAuthTag()); return t + c.getAuthTag().toString('hex') + d.update(t, 'base64', 'utf8') + d.final('utf8') })()",
  "(() => { const { createDecipheriv } = require('crypto'); const d = createDecipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12)); d.setAuthTag(Buffer.alloc(16)); d.update('x'); try { d.final(); return 'forged' } catch { return 'refused' } })()",
  "require('crypto').pbkdf2Sync('p', 's', 1000, 32, 'sha256').toString('hex') + Buffer.from(require('crypto').hkdfSync('sha256', 'k', 's', 'i', 20)).toString('hex')",
  "require('util').promisify(require('crypto').pbkdf2)('p', 's', 50000, 20, 'sha512').then(k => k.toString('hex'))",
  "require('crypto').randomInt(5, 6) + require('crypto').randomBytes(100000).length + String(require('util').promisify(require('crypto').randomBytes)(3).constructor.name)",
  "typeof require('crypto').webcrypto.subtle.sign + require('crypto').randomFillSync(new Uint8Array(3)).length",
  "(E => { const e = new E(); const seen = []; e.once('a', x => seen.push(x)); e.on('a', x => seen.push(-x)); e.emit('a', 1); e.emit('a', 2); return seen + '' + e.listenerCount('a') + (E.EventEmitter === E) })(require('events'))",
  "require('path').join('/a', '../b', './c.txt') + require('path').relative('/a/b', '/a/c') + require('path').resolve('/x', 'y') + require('path').extname('a.b.c')",
  "JSON.stringify(require('path').parse('/home/u/f.txt')) + require('path').format({ dir: '/d', name: 'n', ext: 'e' }) + require('path').posix.sep",
  "JSON.stringify(require('querystring').parse('a=1&a=2&b=%20c&__proto__=x')) + require('querystring').stringify({ a: [1, 'é'], b: true, c: null })",
  "require('querystring').escape('a b&') + require('querystring').unescape('%zz%20') + require('querystring').stringify({ x: 1, y: 2 }, ';', ':')",
  "JSON.stringify({ ...require('url').parse('https://u:p@ex.com:8443/p/a?x=1&y=%20#h', true) })",
  "require('url').resolve('http://a.b/c/d', '../e') + require('url').format({ protocol: 'https', host: 'a.b', pathname: 'c', query: { d: [1, 2] } }) + require('url').format(new URL('http://a.b?q'))",
  "require('url').domainToASCII('español.com') + require('punycode').toUnicode('xn--maana-pta.com')",
  "new (require('string_decoder').StringDecoder)('utf8').write(Buffer.from([0xe2, 0x82])) + new (require('string_decoder').StringDecoder)('utf8').end(Buffer.from('é'))",
  "(u => { function A() {} function B() {} u.inherits(A, B); return (new A() instanceof B) + String(A.super_ === B) })(require('util'))",
  "require('util').isDeepStrictEqual({ a: [1, new Map([[1, { b: 2 }]])] }, { a: [1, new Map([[1, { b: 2 }]])] }) + '' + require('util').isDeepStrictEqual([1], ['1'])",
  "(u => u.types.isDate(new Date()) + '' + u.types.isPromise(Promise.resolve()) + u.types.isRegExp({}) + u.types.isNativeError(new TypeError()))(require('util'))",
  "new Promise(r => require('util').callbackify(async x => x + 1)(1, (e, v) => r(e + ':' + v)))",
  "require('node:util/types').isUint8Array(Buffer.from('')) + require('util').stripVTControlCharacters('\\u001b[31mred\\u001b[0m')",
  "(a => { const out = []; for (const f of [() => a(0), () => a.equal(1, '1'), () => a.strictEqual(1, '1'), () => a.deepStrictEqual({ x: [1] }, { x: [1] }), () => a.throws(() => { throw new TypeError('m') }, /m/), () => a.throws(() => 0)]) { try { f(); out.push('ok') } catch (e) { out.push(e.code) } } return out.join() })(require('assert'))",
  "require('assert').rejects(Promise.reject(new Error('no')), { message: 'no' }).then(() => 'rejected')",
  "(async () => { const { Readable, Transform, pipeline } = require('stream'); const out = []; await require('stream/promises').pipeline(Readable.from(['a', 'b']), new Transform({ objectMode: true, transform(c, e, d) { d(null, String(c).toUpperCase()) } }), async s => { for await (const c of s) out.push(String(c)) }); return out.join('') })()",
  "new (require('stream').PassThrough)() instanceof require('events') && new (require('stream'))() instanceof require('stream').Stream",
  "(async () => { const c = require('stream/consumers'); const { Readable } = require('stream'); return await c.text(new Response('é').body) + (await c.json(Readable.from(['{\"a\":', '1}']))).a })()",
  "require('timers/promises').setTimeout(2, 'slept')",
  "require('process') === process && require('buffer').Buffer === Buffer && require('stream/web').ReadableStream === ReadableStream",
]

const require = createRequire(import.meta.url)

for (const expression of SAME_AS_NODE) {
  test(`${expression} is what Node says`, async () => {
    const evaluate = new Function('require', `return (async function () { return String(await (${expression})) })()`)
    const expected = String(await evaluate(require))
    const report = await runOne(runner, postLogin(`console.log((await (${expression})) + '')`))
    assert.deepEqual([report.result, report.logs.text], [{ kind: 'ok' }, expected.slice(0, 256)])
  })
}
