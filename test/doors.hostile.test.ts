/** Bad input at every public door gets a clear 4xx, never a 5xx, and never takes the server down. */

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { startTestServer, type TestServer } from './kit/server.ts'

let server: TestServer

before(async () => {
  server = await startTestServer()
})

after(() => server?.close())

const NASTY = [
  '',
  ' ',
  '\u0000',
  '%00',
  '\ud800',
  "'; drop table users; --",
  '<script>alert(1)</script>',
  '{{7*7}}',
  '$(id)',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'a'.repeat(5000),
  '💥'.repeat(500),
  '{"a":',
  '[]',
  'null',
  '-1',
  '1e999',
  'true\r\nset-cookie: x=y',
]

const send = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(new URL(path, server.issuer), { redirect: 'manual', ...init })

/** Fails unless the answer is a redirect or a 4xx, and shows no sign of a stack trace or of SQL. */
const assertRefused = async (response: Response, what: string): Promise<void> => {
  const text = await response.text()
  assert.ok(response.status >= 300 && response.status < 500, `${what}: ${response.status} ${text.slice(0, 300)}`)
  assert.doesNotMatch(text, /node_modules|at \w+ \(|syntax error at|select \*|<script>alert/i, what)
}

const form = (fields: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(server.issuer).origin },
  body: new URLSearchParams(fields).toString(),
})

test('/authorize refuses every nasty value of every parameter', async () => {
  const good = {
    client_id: server.party.clientId,
    redirect_uri: server.party.redirectUri,
    response_type: 'code',
    scope: 'openid',
  }
  const parameters = [
    'client_id',
    'redirect_uri',
    'response_type',
    'scope',
    'prompt',
    'max_age',
    'audience',
    'code_challenge',
  ]
  for (const parameter of [
    ...parameters,
    'code_challenge_method',
    'response_mode',
    'request',
    'request_uri',
    'id_token_hint',
  ]) {
    for (const value of NASTY) {
      const query = new URLSearchParams({ ...good, [parameter]: value.toWellFormed() })
      await assertRefused(await send(`authorize?${query}`), `${parameter}=${value.slice(0, 40)}`)
    }
  }
})

test('override parameters of any content never stop a login', async () => {
  for (const parameter of [
    'experiment_id',
    'variation_id',
    'segment_id',
    'connection',
    'organization',
    'login_hint',
    'ext-x',
  ]) {
    for (const value of NASTY) {
      const query = new URLSearchParams({
        client_id: server.party.clientId,
        redirect_uri: server.party.redirectUri,
        response_type: 'code',
        scope: 'openid',
        [parameter]: value.toWellFormed(),
      })
      for (const response of [
        await send(`authorize?${query}`),
        await send('authorize', form(Object.fromEntries(query))),
      ]) {
        assert.ok(response.status < 500, `${parameter}=${value.slice(0, 40)}: ${response.status}`)
      }
    }
  }
})

test('an unregistered redirect_uri is never redirected to', async () => {
  for (const uri of [
    'https://evil.example/',
    'javascript:alert(1)',
    '//evil.example',
    `${server.party.redirectUri}.evil.example`,
  ]) {
    const query = new URLSearchParams({
      client_id: server.party.clientId,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: uri,
    })
    const response = await send(`authorize?${query}`)
    assert.equal(response.status, 400, uri)
    assert.equal(response.headers.get('location'), null)
    assert.match(response.headers.get('content-type') ?? '', /text\/html/)
  }
})

test('hosted pages refuse states that are not theirs, with a page', async () => {
  for (const path of ['u/login', 'u/signup']) {
    for (const state of NASTY) {
      const query = new URLSearchParams({ state: state.toWellFormed() })
      const page = await send(`${path}?${query}`)
      await assertRefused(page, `GET ${path} ${state.slice(0, 40)}`)
      assert.ok(page.status >= 400)
      const fields = { state: state.toWellFormed(), username: 'a@b.c', email: 'a@b.c', password: 'x' }
      await assertRefused(await send(`${path}?${query}`, form(fields)), `POST ${path}`)
    }
  }
})

test('a form for another browser’s login is refused', async () => {
  const query = new URLSearchParams({
    client_id: server.party.clientId,
    redirect_uri: server.party.redirectUri,
    response_type: 'code',
    scope: 'openid',
  })
  const started = await send(`authorize?${query}`)
  const location = new URL(started.headers.get('location') ?? '', server.issuer)
  const { email, password } = server.credentials.admin
  const stolen = await send(`${location.pathname}${location.search}`, {
    ...form({ state: location.searchParams.get('state') ?? '', username: email, password, action: 'default' }),
  })
  await assertRefused(stolen, 'a form without the browser’s cookies')
  assert.ok(stolen.status >= 400)
})

test('/oauth/token refuses malformed bodies in the protocol’s envelope', async () => {
  const bodies: [string, string][] = [
    ...NASTY.map((value): [string, string] => ['application/json', value.toWellFormed()]),
    ...NASTY.map((value): [string, string] => [
      'application/x-www-form-urlencoded',
      `grant_type=${encodeURIComponent(value.toWellFormed())}`,
    ]),
    ['application/json', '{"grant_type":["client_credentials"]}'],
    ['application/json', '{"grant_type":{"a":1}}'],
    ['application/json', '['.repeat(50_000)],
    ['text/plain', 'grant_type=client_credentials'],
    ['application/x-www-form-urlencoded', 'grant_type=client_credentials&grant_type=refresh_token'],
    ['application/x-www-form-urlencoded', `code=${'x'.repeat(200_000)}`],
    ['multipart/form-data; boundary=x', '--x\r\n'],
    ['', 'x'],
  ]
  for (const [type, body] of bodies) {
    const response = await send('oauth/token', { method: 'POST', body, headers: type ? { 'content-type': type } : {} })
    await assertRefused(response, `${type} ${body.slice(0, 60)}`)
    assert.ok(response.status >= 400)
  }
  for (const authorization of ['Basic', 'Basic !!!', `Basic ${btoa('no-colon')}`, `Basic ${btoa(':')}`, 'Bearer x']) {
    const response = await send('oauth/token', {
      ...form({ grant_type: 'client_credentials' }),
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    })
    await assertRefused(response, authorization)
  }
})

test('every bad token gets 401 from the Management API and from /userinfo', async () => {
  const answer = await send('oauth/token', {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', ...server.credentials.management }),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  const [header = '', payload = '', signature = ''] = token.split('.')
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  const hmac = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')
  const bad = [
    '',
    'x',
    'a.b.c',
    `${header}.${payload}.`,
    `${none}.${payload}.`,
    `${hmac}.${payload}.${signature}`,
    `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
    'é',
    'x'.repeat(20_000),
  ]
  for (const value of bad) {
    for (const path of ['api/v2/experimentation/experiments', 'api/v2/logs', 'userinfo']) {
      const response = await send(path, { headers: { authorization: `Bearer ${encodeURIComponent(value)}` } })
      assert.ok([400, 401, 431].includes(response.status), `${path} ${value.slice(0, 30)}: ${response.status}`)
    }
  }
  for (const path of ['api/v2/logs', 'userinfo']) assert.ok([400, 401].includes((await send(path)).status))
})

test('unknown paths, methods and cookies are answered, not crashed on', async () => {
  for (const path of [
    '',
    'nope',
    'u/',
    'u/nope',
    'api/v2/nope',
    'api/v3',
    '.env',
    '%',
    '%ff',
    'authorize/nope',
    'u/assets/../../package.json',
  ]) {
    const response = await send(path)
    assert.ok(response.status < 500, `${path}: ${response.status}`)
  }
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
    for (const path of ['authorize', 'oauth/token', 'u/login', 'userinfo', 'v2/logout', 'api/v2/logs']) {
      const response = await send(path, { method })
      assert.ok(response.status < 500, `${method} ${path}: ${response.status}`)
    }
  }
  for (const cookie of [
    '=',
    ';;;',
    'a',
    `x=${'y'.repeat(8000)}`,
    '__proto__=1; constructor=2',
    'ec_did=%%%; did=%E0%A4%A',
  ]) {
    const response = await send('authorize', { headers: { cookie } })
    assert.ok(response.status < 500, `${cookie.slice(0, 30)}: ${response.status}`)
  }
})

test('bytes that are no HTTP are refused and the server goes on', async () => {
  const { hostname, port } = new URL(server.issuer)
  for (const bytes of [
    '\u0000\u0001\u0002',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
    'POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n',
  ]) {
    await new Promise<void>(resolve => {
      const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname, () => socket.end(bytes))
      socket.on('error', () => resolve())
      socket.on('close', () => resolve())
      socket.resume()
    })
  }
  assert.equal((await send('readyz')).status, 200)
})
