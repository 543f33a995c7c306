import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Browser, createBrowser } from '../../../test/kit/browser.ts'
import { type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, type RelyingParty } from '../../../test/kit/relying-party.ts'
import { isSilentRequest } from './silent-cookie.ts'

/** Behind a proxy that ends https. */
let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer({ issuer: 'https://login.example.com/' })
  party = createRelyingParty({ ...server, issuer: server.address })
})

after(() => server?.[Symbol.asyncDispose]())

const SILENT_COOKIE = '__Host-ec_silent'

const loggedIn = async (): Promise<Browser> => {
  const browser = createBrowser(server.address)
  await party.logIn(browser)
  return browser
}

const valueIn = (browser: Browser, name: string): string =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(browser.jar.header('/'))?.[1] ?? ''

/** A browser that sends only what it sends in a frame of another site. */
const framed = (browser: Browser): Record<string, string> => ({
  cookie: `${SILENT_COOKIE}=${valueIn(browser, SILENT_COOKIE)}`,
})

const visit = (target: string | URL, headers: Record<string, string>) =>
  fetch(new URL(target, server.address), { headers: { accept: 'text/html', ...headers }, redirect: 'manual' })

const queryOf = (response: Response) => new URL(response.headers.get('location') ?? '').searchParams

test('on https the session is set twice: Lax, and as a copy with SameSite=None for frames; every other cookie is Lax', async () => {
  const browser = createBrowser(server.address)
  const first = await browser.visit(party.authorize().url)
  const set: string[] = [...first.headers.getSetCookie()]
  const action = await browser.request(first.url, {
    form: { ...ADMIN, state: first.url.searchParams.get('state') ?? '' },
  })
  const end = await browser.request(action.headers.get('location') ?? '')
  set.push(...action.headers.getSetCookie(), ...end.headers.getSetCookie())
  const copies = set.filter(cookie => cookie.startsWith(`${SILENT_COOKIE}=`))
  assert.equal(copies.length, 1)
  assert.match(copies[0] ?? '', /; path=\/; secure; httponly; expires=[^;]+; SameSite=None$/i)
  for (const cookie of set) {
    if (!cookie.startsWith(`${SILENT_COOKIE}=`)) assert.match(cookie, /; samesite=lax/i)
    assert.match(cookie, /; secure/i)
    assert.match(cookie, /; httponly/i)
  }
})

test('the copy is good for silent logins, in every response mode, and leaves the session as it is', async () => {
  const browser = await loggedIn()
  for (const response_mode of ['query', 'web_message']) {
    const { url } = party.authorize({ prompt: 'none', response_mode })
    const response = await visit(url, framed(browser))
    if (response_mode === 'query') assert.ok(queryOf(response).has('code'))
    else assert.match(await response.text(), /"code":/)
  }
  const own = await browser.visit(party.authorize({ prompt: 'none' }).url)
  assert.ok(own.url.searchParams.has('code'))
})

test('the copy is good for nothing else: no page knows the user, no login is finished, no session ends', async () => {
  const browser = await loggedIn()
  const headers = framed(browser)
  for (const parameters of [{}, { prompt: 'login' }, { prompt: 'consent' }, { response_mode: 'web_message' }]) {
    const response = await visit(party.authorize(parameters).url, headers)
    assert.match(response.headers.get('location') ?? '', /^\/u\/login\?state=/)
  }
  const twice = new URL(party.authorize({ prompt: 'none' }).url)
  twice.searchParams.append('prompt', 'login')
  assert.notEqual((await visit(twice, headers)).status, 200)
  assert.equal((await visit('v2/logout', headers)).status, 200)
  assert.equal((await visit('oidc/logout', headers)).status, 200)
  const own = await browser.visit(party.authorize({ prompt: 'none' }).url)
  assert.ok(own.url.searchParams.has('code'), 'still logged in')
})

test('a form of another site cannot log a user in: without the cookie of the browser there is no such login', async () => {
  const attacker = createBrowser(server.address)
  const page = await attacker.visit(party.authorize().url)
  const victim = await loggedIn()
  for (const headers of [{ origin: 'https://evil.example' }, {}]) {
    const response = await fetch(new URL(page.url.pathname + page.url.search, server.address), {
      method: 'POST',
      headers: { ...framed(victim), ...headers },
      body: new URLSearchParams({ ...ADMIN, state: page.url.searchParams.get('state') ?? '' }),
      redirect: 'manual',
    })
    assert.equal(response.status, 403)
    assert.deepEqual(response.headers.getSetCookie(), [])
  }
})

test('a copy that was made up or changed is no session', async () => {
  const browser = await loggedIn()
  const value = valueIn(browser, SILENT_COOKIE)
  const [id = '', signature = ''] = value.split('.')
  for (const cookie of [id, `${id}.`, `${id}.${'A'.repeat(signature.length)}`, `x${id}.${signature}`, `${value}.x`]) {
    const response = await visit(party.authorize({ prompt: 'none' }).url, { cookie: `${SILENT_COOKIE}=${cookie}` })
    assert.equal(queryOf(response).get('error'), 'login_required', cookie)
  }
})

test('a logout takes the copy away', async () => {
  const browser = await loggedIn()
  const headers = framed(browser)
  const end = await browser.request('/v2/logout')
  const removed = end.headers.getSetCookie().filter(cookie => cookie.startsWith(`${SILENT_COOKIE}=;`))
  assert.equal(removed.length, 1)
  assert.match(removed[0] ?? '', /Max-Age=0; Secure; SameSite=None$/)
  const response = await visit(party.authorize({ prompt: 'none' }).url, headers)
  assert.equal(queryOf(response).get('error'), 'login_required')
})

test('on plain http there is no copy', async () => {
  await using plain = await startLoginServer()
  const browser = createBrowser(plain.issuer)
  await createRelyingParty(plain).logIn(browser)
  assert.doesNotMatch(browser.jar.header('/'), /ec_silent/)
})

test('a silent login is one by its address alone: a pushed request has a prompt of its own', () => {
  const isSilent = (query: string) => isSilentRequest(new URLSearchParams(query))
  assert.ok(isSilent('client_id=app&prompt=none'))
  for (const query of [
    'client_id=app',
    'prompt=login',
    'prompt=none&prompt=login',
    'prompt=none&request_uri=urn:ietf:params:oauth:request_uri:x',
    'prompt=none&request=e30',
  ])
    assert.ok(!isSilent(query), query)
})
