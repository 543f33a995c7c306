import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { createBrowser, hiddenFields } from '../../../test/kit/browser.ts'
import { CALLBACK, type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, isCallback, type RelyingParty } from '../../../test/kit/relying-party.ts'

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
})

after(() => {
  assert.deepEqual(server?.errors, [], 'nothing hostile was an error of ours')
  return server?.[Symbol.asyncDispose]()
})

const newBrowser = () => createBrowser(server.issuer)

/** Bytes as they are, past every client that would repair them. */
const raw = (request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.issuer).port), '127.0.0.1', () => socket.write(request))
    let answer = ''
    socket.on('data', chunk => {
      answer += chunk
    })
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
    socket.setTimeout(5_000, () => socket.destroy(new TypeError('no answer')))
  })

const NUISANCES = [
  '',
  ' ',
  '\0',
  "'; drop table users; --",
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '{{ 7 | times: 7 }}{% include "x" %}',
  '__proto__',
  '../../etc/passwd',
  '\r\nSet-Cookie: x=y',
  '\u202e\u0000\ufffe',
  '𝕳𝖊𝖑𝖑𝖔 🔥'.repeat(50),
  'x'.repeat(4_000),
]

test('no parameter of /authorize, of any content, makes an error of ours or shows itself unescaped', async () => {
  const names = [
    ...party.authorize().url.searchParams.keys(),
    'audience',
    'connection',
    'organization',
    'max_age',
    'login_hint',
  ]
  const more = [
    'prompt',
    'screen_hint',
    'experiment_id',
    'variation_id',
    'segment_id',
    'ext-a',
    'ext',
    'transaction_id',
  ]
  const others = [
    'acr_values',
    'ui_locales',
    'id_token_hint',
    'response_mode',
    'request',
    'request_uri',
    'claims',
    'resource',
  ]
  for (const name of [...names, ...more, ...others]) {
    for (const value of NUISANCES) {
      const page = await newBrowser().visit(party.authorize({ [name]: value }).url)
      assert.ok(page.status < 500, `${name}=${value.slice(0, 30)}: ${page.status} ${page.body.slice(0, 300)}`)
      assert.ok(!page.body.includes('<script>alert') && !page.body.includes('<img src=x'), `${name} unescaped`)
    }
  }
})

test('a NUL does not hide behind its own removal', async () => {
  for (const hidden of ['%00', '%%0000', '%2500', '%25%30%30', '%C0%80']) {
    const { url } = party.authorize()
    for (const name of ['state', 'login_hint', 'experiment_id', 'organization']) {
      const page = await raw(
        `GET ${url.pathname}${url.search}&${name}=a${hidden}b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      )
      assert.match(page, /^HTTP\/1\.1 (302|400)/, `${name} ${hidden}: ${page.slice(0, 300)}`)
    }
  }
})

test('a callback that is not registered gets a page and never a redirect', async () => {
  const wrong = [
    'https://evil.example/',
    `${CALLBACK}/../x`,
    `${CALLBACK}?x=1`,
    `${CALLBACK}#x`,
    CALLBACK.toUpperCase(),
    `${CALLBACK}@evil.example`,
    'javascript:alert(1)',
    '//evil.example',
    '',
  ]
  for (const redirect_uri of wrong) {
    const answer = await newBrowser().request(party.authorize({ redirect_uri }).url)
    // One registered callback is used when none is named.
    if (redirect_uri === '') continue
    assert.equal(answer.status, 400, redirect_uri)
    assert.equal(answer.headers.get('location'), null)
    assert.match(answer.body, /redirect_uri/)
  }
})

test('an unknown client gets a page', async () => {
  const page = await newBrowser().visit(party.authorize({ client_id: 'nobody' }).url)
  assert.equal(page.status, 400)
  assert.match(page.body, /client is invalid/)
})

test('cookies of any content are replaced or passed over', async () => {
  const values = ['', 'x', '%', '"', 'a.b', `${'a'.repeat(22)}.${'b'.repeat(43)}`, 'é', 'x'.repeat(1_500)]
  for (const value of values) {
    const names = ['ec_device', 'ec_browser', 'ec_session', 'ec_session.sig', 'ec_resume', 'ec_interaction']
    const cookie = names.map(name => `${name}=${encodeURIComponent(value)}`).join('; ')
    const browser = createBrowser(server.issuer, { cookie })
    const answer = await browser.request(party.authorize().url)
    assert.equal(answer.status, 302, value)
    const device = answer.headers.getSetCookie().find(set => set.startsWith('ec_device='))
    assert.match(
      device ?? '',
      /^ec_device=[1-9A-HJ-NP-Za-km-z]{22}\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=31536000$/,
    )
  }
})

test('a tampered device cookie makes a new device', async () => {
  const browser = newBrowser()
  const first = await browser.request(party.authorize().url)
  const device = (headers: Headers) => /ec_device=([^;]+)/.exec(headers.getSetCookie().join('\n'))?.[1] ?? ''
  const cookie = device(first.headers)
  const kept = await createBrowser(server.issuer, { cookie: `ec_device=${cookie}` }).request(party.authorize().url)
  assert.equal(device(kept.headers), cookie)
  const tampered = `${cookie.slice(0, 5)}${cookie[5] === 'x' ? 'y' : 'x'}${cookie.slice(6)}`
  const other = await createBrowser(server.issuer, { cookie: `ec_device=${tampered}` }).request(party.authorize().url)
  assert.notEqual(device(other.headers), cookie)
  assert.notEqual(device(other.headers), tampered)
})

test('a session cookie that was made up opens nothing', async () => {
  const cookie = `ec_session=${'x'.repeat(43)}; ec_session.sig=${'y'.repeat(27)}`
  const end = await createBrowser(server.issuer, { cookie }).visit(party.authorize({ prompt: 'none' }).url)
  assert.equal(end.url.searchParams.get('error'), 'login_required')
})

test('forms of any content get a page with an error', async () => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const signup = await browser.visit(page.url.href.replace('/u/login', '/u/signup'))
  for (const value of NUISANCES) {
    const login = await browser.submit(page, { username: value, password: value })
    assert.equal(login.status, 400, value.slice(0, 30))
    const created = await browser.submit(signup, { email: value, password: value })
    assert.equal(created.status, 400, value.slice(0, 30))
    for (const { body } of [login, created]) assert.ok(!body.includes('<script>alert') && !body.includes('<img src=x'))
  }
  assert.equal((await browser.submit(page, {})).status, 400)
})

test('what is no form, or too large a form, is refused', async () => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const json = await browser.request(page.url, { method: 'POST', headers: { 'content-type': 'application/json' } })
  assert.equal(json.status, 415)
  assert.equal((await browser.request(page.url, { method: 'POST' })).status, 415)
  const large = await browser.request(page.url, { form: { ...hiddenFields(page.body), username: 'x'.repeat(70_000) } })
  assert.equal(large.status, 413)
  const chunked = await raw(
    `POST ${page.url.pathname}${page.url.search} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\n\r\n` +
      `${(70_000).toString(16)}\r\n${'x'.repeat(70_000)}\r\n0\r\n\r\n`,
  )
  assert.match(chunked, /^HTTP\/1\.1 413/)
  assert.ok(isCallback(await browser.submit(page, ADMIN)))
})

test('the token endpoint answers every malformed body with an OAuth error', async () => {
  const bodies: [string, string][] = [
    ['application/json', ''],
    ['application/json', 'null'],
    ['application/json', '[]'],
    ['application/json', '"x"'],
    ['application/json', '{'],
    ['application/json', '{"grant_type":{"a":1}}'],
    ['application/json', '{"grant_type":["refresh_token","x"]}'],
    ['application/json', `{"grant_type":"refresh_token","refresh_token":"${'\\ud800'}"}`],
    ['application/json', '{"__proto__":{"grant_type":"x"}}'],
    ['application/x-www-form-urlencoded', ''],
    ['application/x-www-form-urlencoded', 'grant_type'],
    ['application/x-www-form-urlencoded', 'grant_type=password&username=a&password=b'],
    ['application/x-www-form-urlencoded', 'grant_type=refresh_token&grant_type=x'],
    ['application/x-www-form-urlencoded', '%00=%00&=&&%'],
    ['text/plain', 'grant_type=refresh_token'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/json', `{"code":"${'x'.repeat(70_000)}"}`],
  ]
  for (const [type, body] of bodies) {
    const response = await fetch(new URL('oauth/token', server.issuer), {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    })
    assert.ok(response.status >= 400 && response.status < 500, `${type} ${body.slice(0, 40)}: ${response.status}`)
    const answer = (await response.json()) as Record<string, unknown>
    assert.equal(typeof answer.error, 'string', body.slice(0, 40))
    assert.equal(typeof answer.error_description, 'string')
  }
})

test('credentials of any content are refused', async () => {
  for (const authorization of [
    'Basic',
    'Basic !',
    `Basic ${Buffer.from('a').toString('base64')}`,
    'Bearer x',
    'x',
    `Basic ${'A'.repeat(5_000)}`,
  ]) {
    const response = await fetch(new URL('oauth/token', server.issuer), {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ grant_type: 'client_credentials', audience: 'x' }),
    })
    assert.ok([400, 401].includes(response.status), authorization.slice(0, 30))
  }
})

test('tokens of any content are refused by /userinfo with a challenge', async () => {
  const { body } = await party.exchange(await party.logIn(newBrowser()))
  const idToken = body.id_token ?? ''
  const [header = '', payload = ''] = idToken.split('.')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  const tokens = [
    'x',
    'a.b.c',
    idToken,
    `${header}.${payload}.`,
    `${none}.${payload}.`,
    `${none}.${payload}.x`,
    'x'.repeat(5_000),
  ]
  for (const token of tokens) {
    const response = await fetch(new URL('userinfo', server.issuer), { headers: { authorization: `Bearer ${token}` } })
    assert.ok([400, 401].includes(response.status), `${token.slice(0, 20)}: ${response.status}`)
    assert.ok(response.headers.get('www-authenticate'), token.slice(0, 20))
  }
  assert.equal((await fetch(new URL('userinfo', server.issuer))).status, 401)
})

test('methods that an address does not have are refused and named', async () => {
  const refused: [string, string][] = [
    ['POST', '/authorize'],
    ['HEAD', '/authorize'],
    ['DELETE', '/u/login'],
    ['GET', '/oauth/token'],
    ['PUT', '/userinfo'],
    ['POST', '/v2/logout'],
    ['PATCH', '/.well-known/jwks.json'],
  ]
  for (const [method, path] of refused) {
    const answer = await newBrowser().request(path, { method })
    assert.equal(answer.status, 405, `${method} ${path}`)
    assert.ok(answer.headers.get('allow'))
  }
})

test('addresses that are not ours, however they are written, are left to others', async () => {
  for (const target of ['//evil.example/authorize', '/u/', '/authorize/../x', '*', '/AUTHORIZE%2f', '/u/login/x']) {
    const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 (404|400)/, target)
  }
  const noHost = await raw('GET /.well-known/jwks.json HTTP/1.0\r\n\r\n')
  assert.match(noHost, /^HTTP\/1\.1 200/)
})
