import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { createBrowser, hiddenFields } from '../../../test/kit/browser.ts'
import { CALLBACK, type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, isCallback, type RelyingParty } from '../../../test/kit/relying-party.ts'
import { STYLESHEET } from '../pages/page-files.ts'

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
})

after(() => server?.[Symbol.asyncDispose]())

const newBrowser = () => createBrowser(server.issuer)
const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type)

test('pages go out under a strict policy that lets the form end at the callback', async () => {
  const page = await newBrowser().visit(party.authorize().url)
  assert.equal(page.status, 200)
  const policy = page.headers.get('content-security-policy') ?? ''
  for (const rule of ["default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
    assert.ok(policy.includes(rule), policy)
  // The callback of this test is plain http; Chromium checks the redirect to it against the form's policy.
  assert.match(policy, /form-action 'self' https: http:(;|$)/)
  assert.equal(page.headers.get('x-frame-options'), 'DENY')
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(page.headers.get('referrer-policy'), 'same-origin')
  assert.equal(page.headers.get('cache-control'), 'no-store')
  assert.match(policy, /script-src 'self';/)
  assert.ok(!/<script(?! src="\/u\/assets\/)/.test(page.body), 'a script in the page itself')
})

test('a login sets the cookies that it needs and no other', async () => {
  const first = await newBrowser().request(party.authorize().url)
  const names = first.headers.getSetCookie().map(cookie => cookie.split('=', 1)[0])
  assert.deepEqual(names.sort(), ['ec_application', 'ec_browser', 'ec_device', 'ec_resume'])
})

test('the style sheet is served for good under its fingerprint, and nothing else is', async () => {
  const browser = newBrowser()
  const css = await browser.request(STYLESHEET.path)
  assert.equal(css.headers.get('content-type'), 'text/css; charset=utf-8')
  assert.match(css.headers.get('cache-control') ?? '', /immutable/)
  for (const path of ['/u/assets/x.css', '/u/assets/../../package.json', '/u/assets/%2e%2e/pages.ts'])
    assert.equal((await browser.request(path)).status, 404)
})

test('a wrong password and an unknown address look the same, keep what was typed, and differ in the log', async () => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  server.takeEvents()
  const wrong = await browser.submit(page, { username: 'admin@example.com', password: 'wrong horse' })
  const [fp] = server.takeEvents()
  const unknown = await browser.submit(page, { username: 'nobody@example.com', password: 'wrong horse' })
  const [fu] = server.takeEvents()
  assert.deepEqual([wrong.status, unknown.status], [400, 400])
  assert.match(wrong.body, /role="alert">Wrong email or password\.</)
  const withoutChallenge = (html: string) => html.replace(/challenge&#34;:&#34;[\w-]+/, '')
  assert.equal(withoutChallenge(wrong.body).replaceAll('admin@', 'nobody@'), withoutChallenge(unknown.body))
  assert.ok(!wrong.body.includes('wrong horse'))
  assert.deepEqual([fp?.type, fu?.type], ['fp', 'fu'])
  assert.match(fp?.user_id ?? '', /^auth0\|/)
  assert.equal(fu?.user_name, 'nobody@example.com')
  assert.ok(!JSON.stringify(server.events).includes('wrong horse'), 'a password in the log')
  assert.ok(isCallback(await browser.submit(page, ADMIN)), 'the page still works')
})

test('login_hint fills the address in; screen_hint leads to the sign-up page and back', async () => {
  const browser = newBrowser()
  const hinted = await browser.visit(party.authorize({ login_hint: 'ada@example.com' }).url)
  assert.match(hinted.body, /name="username"[^>]* value="ada@example.com"/)
  const page = await browser.visit(party.authorize({ screen_hint: 'signup' }).url)
  assert.equal(page.url.pathname, '/u/signup')
  const state = page.url.searchParams.get('state') ?? ''
  assert.ok(page.body.includes(`href="/u/login?state=${state}"`))
  const login = await browser.visit(`/u/login?state=${state}`)
  assert.equal(login.status, 200)
  assert.ok(isCallback(await browser.submit(login, ADMIN)))
})

test('signing up creates the user and logs in', async () => {
  const browser = newBrowser()
  server.takeEvents()
  const fields = { email: ' Grace@Example.com ', password: 'battery staple' }
  const { body } = await party.exchange(await party.logIn(browser, { screen_hint: 'signup' }, fields))
  assert.ok(body.id_token)
  const events = server.takeEvents()
  assert.deepEqual(typesOf(events), ['ss', 's', 'seacft'])
  const [signup, login] = events
  assert.equal(signup?.user_name, 'grace@example.com')
  assert.equal(signup?.details?.transaction_id, login?.details?.transaction_id)
  assert.deepEqual(signup?.details?.authentication_methods, ['pwd'])
  assert.ok(!JSON.stringify(server.events).includes('battery staple'), 'a password in the log')
})

test('a sign-up that is refused shows why, keeps the address, and is logged', async () => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize({ screen_hint: 'signup' }).url)
  const refused: [Record<string, string>, RegExp][] = [
    [{ email: 'admin@example.com', password: 'battery staple' }, /The user already exists/],
    [{ email: 'new@example.com', password: 'short' }, /at least 8 characters/],
    [{ email: '<b>', password: 'battery staple' }, /Enter an email address/],
    [{ password: 'battery staple' }, /Enter an email address/],
    [{ email: 'new\u202E@example.com', password: 'battery staple' }, /Enter an email address/],
    [{ email: `new@${'x'.repeat(245)}.example.com`, password: 'battery staple' }, /Enter an email address/],
    [{ email: 'new@example.com', password: 'Password' }, /one of the passwords that are guessed first/],
    [{ email: 'grace.hopper@example.com', password: 'GraceHopper1906' }, /other than your email address/],
  ]
  for (const [fields, message] of refused) {
    server.takeEvents()
    const again = await browser.submit(page, fields)
    assert.equal(again.status, 400)
    assert.match(again.body, message)
    assert.ok(!again.body.includes('battery staple') && !again.body.includes('<b>'))
    assert.deepEqual(typesOf(server.takeEvents()), ['fs'])
  }
})

test('a refused form has the focus on the first wrong field, and its title says so', async () => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize({ screen_hint: 'signup' }).url)
  const focusOf = ({ body }: { body: string }) => /<\w+[^>]* id="(\w+)"[^>]* autofocus[^>]*>/.exec(body)?.[1]
  const titleOf = ({ body }: { body: string }) => /<title>(.*)<\/title>/.exec(body)?.[1]
  assert.deepEqual([focusOf(page), titleOf(page)], ['email', 'Sign up · dev'])
  const both = await browser.submit(page, { email: 'x', password: 'y' })
  assert.deepEqual([focusOf(both), titleOf(both)], ['email', 'Error: Sign up · dev'])
  assert.match(both.body, /Enter an email address\.[\s\S]*Use at least 8 characters\./)
  const password = await browser.submit(page, { email: 'x@example.com', password: 'y' })
  assert.equal(focusOf(password), 'password')
  const taken = await browser.submit(page, { email: ADMIN.username, password: 'battery staple' })
  assert.equal(focusOf(taken), 'email')
  const login = await browser.visit(party.authorize().url)
  const wrong = await browser.submit(login, { ...ADMIN, password: 'wrong horse' })
  assert.deepEqual([focusOf(wrong), titleOf(wrong)], ['password', 'Error: Log in · dev'])
})

test('a connection can be closed for sign-ups', async () => {
  const { db } = server.database
  await sql`update connections set options = '{"disable_signup": true}'`.execute(db)
  await new Promise(resolve => setTimeout(resolve, 1_100)) // what servers remember is a second old at most
  const browser = newBrowser()
  const page = await browser.visit(party.authorize({ screen_hint: 'signup' }).url)
  assert.equal(page.status, 403)
  assert.match(page.body, /Sign-up is closed/)
  const login = await browser.visit(party.authorize().url)
  assert.ok(!login.body.includes('/u/signup'))
  await sql`update connections set options = '{}'`.execute(db)
  await new Promise(resolve => setTimeout(resolve, 1_100))
})

test('several tabs log in side by side', async () => {
  const browser = newBrowser()
  const tabs = [party.authorize(), party.authorize(), party.authorize()]
  const pages = await Promise.all(tabs.map(({ url }) => browser.visit(url)))
  // Their first answers crossed, so the browser ends up with one of the secrets; a person opens tabs one after the other.
  const again = []
  for (const { url } of tabs) again.push(await browser.visit(url))
  assert.equal(new Set(pages.map(({ url }) => url.href)).size, 3)
  for (const page of again.toReversed()) assert.ok(isCallback(await browser.submit(page, ADMIN)))
})

test("a page of another browser's login is refused, shown or submitted", async () => {
  const attacker = newBrowser()
  const page = await attacker.visit(party.authorize().url)
  const victim = newBrowser()
  await victim.visit(party.authorize().url)
  const shown = await victim.visit(page.url)
  assert.equal(shown.status, 403)
  assert.match(shown.body, /another browser/)
  const form = { ...hiddenFields(page.body), ...ADMIN }
  const submitted = await victim.request(page.url, { form })
  assert.equal(submitted.status, 403)
  assert.equal(submitted.headers.get('location'), null)
  assert.equal((await createBrowser(server.issuer).request(page.url, { form })).status, 403)
})

test("the resumed login needs the browser's own cookie too", async () => {
  const attacker = newBrowser()
  const page = await attacker.visit(party.authorize().url)
  const answer = await attacker.request(page.url, { form: { ...hiddenFields(page.body), ...ADMIN } })
  const resume = answer.headers.get('location') ?? ''
  assert.match(resume, /^\/authorize\/[\w-]{43}$/)
  const victim = await newBrowser().request(resume)
  assert.equal(victim.status, 400)
  assert.match(victim.body, /This page has expired/)
  assert.ok((await attacker.request(resume)).headers.get('location')?.startsWith(CALLBACK))
  const again = await attacker.request(resume)
  assert.equal(again.headers.get('location'), null, 'a login is resumed once')
  assert.match(again.body, /You are logged in/)
})

test('a form that another site sends is refused', async () => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const form = { ...hiddenFields(page.body), ...ADMIN }
  for (const origin of ['https://evil.example', 'null', `${new URL(server.issuer).origin}.evil.example`]) {
    const answer = await browser.request(page.url, { form, headers: { origin } })
    assert.equal(answer.status, 403, origin)
  }
  const mixed = await browser.request(page.url, { form: { ...form, state: 'x'.repeat(43) } })
  assert.equal(mixed.status, 400)
})

test('fields that SDKs add are passed over', async () => {
  const browser = newBrowser()
  const extra = { 'acul-sdk': '@auth0/auth0-acul-js@1.8.0', 'js-available': 'true', 'is-brave': 'false' }
  await party.logIn(browser, {}, { ...ADMIN, ...extra })
})

test('ten wrong passwords in a row block the account for this address', async () => {
  const browser = newBrowser()
  await party.logIn(newBrowser(), { screen_hint: 'signup' }, { email: 'bob@example.com', password: 'battery staple' })
  const page = await browser.visit(party.authorize().url)
  server.takeEvents()
  let last = page
  for (let guess = 0; guess < 10; guess += 1)
    last = await browser.submit(page, { username: 'bob@example.com', password: `guess ${guess}` })
  assert.equal(last.status, 429)
  assert.match(last.body, /Too many wrong passwords/)
  assert.deepEqual(typesOf(server.takeEvents()), [...Array.from({ length: 10 }, () => 'fp'), 'limit_wc'])
  const blocked = await browser.submit(page, { username: 'bob@example.com', password: 'battery staple' })
  assert.equal(blocked.status, 429)
  assert.ok(Number(blocked.headers.get('retry-after')) > 60)
  assert.deepEqual(typesOf(server.takeEvents()), ['limit_wc'])
  assert.ok(isCallback(await browser.submit(page, ADMIN)), 'others are not blocked')
})

test('an old address of a page says that it has expired', async () => {
  const browser = newBrowser()
  await browser.visit(party.authorize().url)
  for (const path of ['/u/login', '/u/login?state=', '/u/login?state=x', `/u/signup?state=${'x'.repeat(43)}`]) {
    const page = await browser.visit(path)
    assert.equal(page.status, 400, path)
    assert.match(page.body, /This page has expired/)
  }
})

test('HEAD shows a page without its body', async () => {
  const browser = newBrowser()
  const { url } = await browser.visit(party.authorize().url)
  const head = await browser.request(url, { method: 'HEAD' })
  assert.deepEqual([head.status, head.body], [200, ''])
})
