import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { sql } from 'kysely'
import { type Browser, createBrowser } from '../../../test/kit/browser.ts'
import { CALLBACK, type LoginServer, outcomeOf, startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty, isCallback, type RelyingParty } from '../../../test/kit/relying-party.ts'

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
  await sql`update clients set allowed_logout_urls = '{https://app.example.com/bye}'
    where client_id = ${server.credentials.app.clientId}`.execute(server.database.db)
  await sql`update tenants set allowed_logout_urls = '{https://tenant.example.com/}'`.execute(server.database.db)
})

after(() => server?.[Symbol.asyncDispose]())

const newBrowser = () => createBrowser(server.issuer)
const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type)

const loggedIn = async (): Promise<{ browser: Browser; idToken: string }> => {
  const browser = newBrowser()
  const { body } = await party.exchange(await party.logIn(browser))
  server.takeEvents()
  return { browser, idToken: body.id_token ?? '' }
}

const isLoggedIn = async (browser: Browser): Promise<boolean> => {
  const end = await browser.visit(party.authorize({ prompt: 'none' }).url)
  server.takeEvents()
  return end.url.searchParams.has('code')
}

test('the second login in a browser needs no page and is a transaction of its own', async () => {
  const { browser, idToken } = await loggedIn()
  const end = await browser.visit(party.authorize().url)
  assert.ok(isCallback(end) && end.url.searchParams.has('code'))
  const [event, ...others] = server.takeEvents()
  assert.deepEqual([event?.type, others.length], ['s', 0])
  assert.match(JSON.stringify(event?.details?.prompts), /"session":true/)
  assert.equal(event?.details?.session_id, decodeJwt(idToken).sid)
})

test('prompt=none succeeds with a session and says so', async () => {
  const { browser } = await loggedIn()
  const { url, verifier } = party.authorize({ prompt: 'none' })
  const end = await browser.visit(url)
  const [event] = server.takeEvents()
  assert.equal(event?.type, 'ssa')
  assert.equal(event?.experiment, undefined)
  const { status } = await party.exchange({ code: end.url.searchParams.get('code') ?? '', verifier })
  assert.equal(status, 200)
})

test('prompt=none without a session is answered with login_required, and no experiment runs', async () => {
  let asked = 0
  server.switches.assign = async () => {
    asked += 1
    return outcomeOf()
  }
  server.takeEvents()
  const end = await newBrowser().visit(party.authorize({ prompt: 'none' }).url)
  assert.ok(isCallback(end))
  assert.equal(end.url.searchParams.get('error'), 'login_required')
  assert.deepEqual(typesOf(server.takeEvents()), ['fsa'])
  assert.equal(asked, 0)
})

test('prompt=login, prompt=select_account and an old login show the page in spite of a session', async () => {
  const { browser } = await loggedIn()
  const asking = [
    { prompt: 'login' },
    { prompt: 'select_account' },
    { prompt: 'login select_account' },
    { max_age: '0' },
  ]
  for (const parameters of asking) {
    const page = await browser.visit(party.authorize(parameters).url)
    assert.equal(page.url.pathname, '/u/login', JSON.stringify(parameters))
    const { code, verifier } = await party.logIn(browser, parameters)
    const { body } = await party.exchange({ code, verifier })
    assert.ok(body.id_token, JSON.stringify(body))
  }
})

test('max_age is honoured and gives auth_time', async () => {
  const { browser } = await loggedIn()
  const { body } = await party.exchange(await party.logIn(browser, { max_age: '3600' }))
  assert.equal(typeof decodeJwt(body.id_token ?? '').auth_time, 'number')
})

test('prompt=consent needs no page: the tenant consented for its own applications', async () => {
  const { browser } = await loggedIn()
  assert.ok(isCallback(await browser.visit(party.authorize({ prompt: 'consent' }).url)))
})

test('another person in the same browser replaces the session', async () => {
  const { browser, idToken } = await loggedIn()
  const signUp = { screen_hint: 'signup', prompt: 'login' }
  const callback = await party.logIn(browser, signUp, { email: 'eve@example.com', password: 'battery staple' })
  const { body } = await party.exchange(callback)
  assert.equal(decodeJwt(body.id_token ?? '').email, 'eve@example.com')
  assert.notEqual(decodeJwt(body.id_token ?? '').sid, decodeJwt(idToken).sid)
  server.takeEvents()
  await browser.visit(party.authorize({ prompt: 'none' }).url)
  assert.equal(server.takeEvents()[0]?.user_name, 'eve@example.com')
})

test('a session is over when its user is gone', async () => {
  const browser = newBrowser()
  const fields = { email: 'gone@example.com', password: 'battery staple' }
  await party.logIn(browser, { screen_hint: 'signup' }, fields)
  await sql`delete from users where email = 'gone@example.com'`.execute(server.database.db)
  const page = await browser.visit(party.authorize().url)
  assert.equal(page.url.pathname, '/u/login')
  const silent = await browser.visit(party.authorize({ prompt: 'none' }).url)
  assert.equal(silent.url.searchParams.get('error'), 'login_required')
})

test('/v2/logout ends the session and returns to an allowed address', async () => {
  const { browser } = await loggedIn()
  const { clientId } = server.credentials.app
  const to = encodeURIComponent('https://app.example.com/bye?a=1')
  const answer = await browser.request(`/v2/logout?client_id=${clientId}&returnTo=${to}`)
  assert.equal(answer.status, 302)
  assert.equal(answer.headers.get('location'), 'https://app.example.com/bye?a=1')
  const [event] = server.takeEvents()
  assert.equal(event?.type, 'slo')
  assert.equal(event?.user_name, 'admin@example.com')
  assert.equal(await isLoggedIn(browser), false)
})

test('an address to return to is sent as the browser understands it', async () => {
  const { clientId } = server.credentials.app
  for (const odd of [
    'https://app.example.com/bye?q=\u00fc\u{1f511}',
    'https://app.example.com/bye?a\r\nX-Y: z',
    ' https://app.example.com/bye',
  ])
    assert.match(
      (await newBrowser().request(`/v2/logout?client_id=${clientId}&returnTo=${encodeURIComponent(odd)}`)).headers.get(
        'location',
      ) ?? '',
      /^https:\/\/app\.example\.com\/bye(\?[\x21-\x7e]+)?$/,
    )
})

test('/v2/logout without returnTo goes to the first allowed address, or shows a page', async () => {
  const { browser } = await loggedIn()
  const { clientId } = server.credentials.app
  const withClient = await browser.request(`/v2/logout?client_id=${clientId}`)
  assert.equal(withClient.headers.get('location'), 'https://app.example.com/bye')
  const alone = await browser.request('/v2/logout')
  assert.equal(alone.status, 200)
  assert.match(alone.body, /You are logged out/)
  const tenants = await browser.request(`/v2/logout?returnTo=${encodeURIComponent('https://tenant.example.com/')}`)
  assert.equal(tenants.headers.get('location'), 'https://tenant.example.com/')
})

test('/v2/logout to anywhere else is refused, logged, and ends nothing', async () => {
  const { browser } = await loggedIn()
  const { clientId } = server.credentials.app
  for (const target of ['https://evil.example/', 'https://tenant.example.com/', 'javascript:alert(1)']) {
    const answer = await browser.request(`/v2/logout?client_id=${clientId}&returnTo=${encodeURIComponent(target)}`)
    assert.equal(answer.status, 400)
    assert.equal(answer.headers.get('location'), null)
    assert.deepEqual(typesOf(server.takeEvents()), ['flo'])
  }
  assert.equal((await browser.request('/v2/logout?client_id=nobody')).status, 400)
  assert.equal(await isLoggedIn(browser), true)
})

test('/oidc/logout with an ID token asks nothing and returns with the state', async () => {
  const { browser, idToken } = await loggedIn()
  const query = new URLSearchParams({
    id_token_hint: idToken,
    post_logout_redirect_uri: 'https://app.example.com/bye',
    state: 's 1',
  })
  const answer = await browser.request(`/oidc/logout?${query}`)
  assert.equal(answer.headers.get('location'), 'https://app.example.com/bye?state=s+1')
  assert.deepEqual(typesOf(server.takeEvents()), ['slo'])
  assert.equal(await isLoggedIn(browser), false)
})

test('/oidc/logout knows the session by its id', async () => {
  const { browser, idToken } = await loggedIn()
  const answer = await browser.request(`/oidc/logout?logout_hint=${decodeJwt(idToken).sid}`)
  assert.match(answer.body, /You are logged out/)
  assert.equal(await isLoggedIn(browser), false)
})

test('an ID token of another session asks first, also when it is one of the same user', async () => {
  const earlier = await loggedIn()
  const { browser } = await loggedIn()
  const query = new URLSearchParams({
    id_token_hint: earlier.idToken,
    post_logout_redirect_uri: 'https://app.example.com/bye',
  })
  const page = await browser.visit(`/oidc/logout?${query}`)
  assert.match(page.body, /Log out\?/)
  assert.match(page.body, /admin@example\.com/, 'who will be logged out')
  assert.deepEqual([typesOf(server.takeEvents()), await isLoggedIn(browser)], [[], true])
  const end = await browser.submit(page, {})
  assert.equal(end.url.href, 'https://app.example.com/bye')
  assert.equal(await isLoggedIn(browser), false)
})

test('a logout that is posted and asked about still leads where the application wanted it to', async () => {
  const { browser } = await loggedIn()
  const fields = { client_id: server.credentials.app.clientId, post_logout_redirect_uri: 'https://app.example.com/bye' }
  const page = await browser.visit('/oidc/logout', { form: { ...fields, state: 's' } })
  assert.equal((await browser.submit(page, {})).url.href, 'https://app.example.com/bye?state=s')
})

test('/oidc/logout without a hint asks first, and only the page of this session is an answer', async () => {
  const { browser } = await loggedIn()
  const page = await browser.visit('/oidc/logout')
  assert.match(page.body, /Log out\?/)
  assert.equal(await isLoggedIn(browser), true)
  for (const confirmation of ['x'.repeat(43), 'ü'.repeat(43), '']) {
    const forged = await browser.request('/oidc/logout', { form: { confirmation } })
    assert.deepEqual([forged.status, /Log out\?/.test(forged.body)], [200, true], confirmation)
  }
  const end = await browser.submit(page, {})
  assert.match(end.body, /You are logged out/)
  assert.equal(await isLoggedIn(browser), false)
})

test('/oidc/logout refuses hints that do not fit', async () => {
  const { browser, idToken } = await loggedIn()
  const wrong: Record<string, string>[] = [
    { id_token_hint: 'nonsense' },
    { id_token_hint: `${idToken.slice(0, -6)}AAAAAA` },
    { id_token_hint: idToken, client_id: server.credentials.management.clientId },
    { client_id: 'nobody' },
    { id_token_hint: idToken, post_logout_redirect_uri: 'https://evil.example/' },
    { id_token_hint: idToken, post_logout_redirect_uri: 'https://app.example.com/bye?next=evil' },
    { id_token_hint: idToken, logout_hint: 'another-session' },
  ]
  for (const query of wrong) {
    const answer = await browser.request(`/oidc/logout?${new URLSearchParams(query)}`)
    assert.equal(answer.status, 400, JSON.stringify(query).slice(0, 80))
  }
  assert.equal(await isLoggedIn(browser), true)
})

test('tokens outlive the session', async () => {
  const browser = newBrowser()
  const { body } = await party.exchange(await party.logIn(browser, { scope: 'openid offline_access' }))
  await browser.request('/v2/logout')
  const refreshed = await party.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' })
  assert.equal(refreshed.status, 200)
})

test('the cookies of a session cannot be read by scripts, and are not the ids in the database', async () => {
  const browser = newBrowser()
  const { url } = party.authorize()
  const page = await browser.visit(url)
  const submitted = await browser.request(page.url, {
    form: {
      ...{ username: 'admin@example.com', password: 'correct horse' },
      state: page.url.searchParams.get('state') ?? '',
    },
  })
  const resumed = await browser.request(submitted.headers.get('location') ?? '')
  assert.ok(resumed.headers.get('location')?.startsWith(CALLBACK))
  const session = resumed.headers.getSetCookie().find(cookie => cookie.startsWith('ec_session='))
  assert.match(session ?? '', /; path=\/; samesite=lax; httponly; expires=/i)
  const id = /^ec_session=([^;]+)/.exec(session ?? '')?.[1] ?? ''
  const { rows } = await sql<{ text: string }>`select p::text as text from oidc_payloads p`.execute(server.database.db)
  assert.ok(rows.length > 0 && rows.every(({ text }) => !text.includes(id)))
  assert.ok(rows.every(({ text }) => !text.includes(page.url.searchParams.get('state') ?? '')))
})
