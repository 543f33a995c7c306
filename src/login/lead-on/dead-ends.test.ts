import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { createBrowser, hiddenFields, type Visit } from '../../../test/kit/browser.ts'
import { CALLBACK, type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, type RelyingParty } from '../../../test/kit/relying-party.ts'

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
})

after(() => server?.[Symbol.asyncDispose]())

beforeEach(() => {
  server.switches.beforeRecord = async () => {}
})

const newBrowser = () => createBrowser(server.issuer)

const TO_APPLICATION = { href: `${new URL(CALLBACK).origin}/`, label: 'Back to Application' }
const TO_START = { href: '/', label: 'Go to the start page' }

const linkOf = ({ body }: Visit) => {
  const [, href = '', label = ''] = /<a class="button" href="([^"]*)">([^<]*)<\/a>/.exec(body) ?? []
  return { href: href.replaceAll('&amp;', '&'), label }
}

/** A browser that has begun a login, and its page. */
const begun = async () => {
  const browser = newBrowser()
  return { browser, page: await browser.visit(party.authorize().url) }
}

test('a page whose time is over leads back to the application for which the browser last began a login', async () => {
  const { browser } = await begun()
  const old = 'x'.repeat(43)
  for (const path of [`/u/login?state=${old}`, '/u/signup', `/u/mfa-otp-challenge?state=${old}`, `/authorize/${old}`]) {
    const page = await browser.request(path)
    assert.equal(page.status, 400, path)
    assert.match(page.body, /This page has expired/)
    assert.deepEqual(linkOf(page), TO_APPLICATION, path)
  }
  const form = { ...ADMIN, state: old }
  assert.deepEqual(linkOf(await browser.request(`/u/login?state=${old}`, { form })), TO_APPLICATION)
})

test('a browser that comes from nowhere is led to the start, with any cookie', async () => {
  assert.deepEqual(linkOf(await newBrowser().request('/u/login')), TO_START)
  const forged = ['', 'x', 'é', '%00', Buffer.from('https://evil.example/').toString('base64url'), 'AAAA'.repeat(2_000)]
  for (const value of forged) {
    const browser = createBrowser(server.issuer, { cookie: `ec_application=${encodeURI(value)}` })
    assert.deepEqual(linkOf(await browser.request('/u/login')), TO_START, value)
  }
})

test('the cookie names the application, and is set when it changes', async () => {
  const browser = newBrowser()
  const isSet = ({ headers }: Visit) => headers.getSetCookie().some(cookie => cookie.startsWith('ec_application='))
  const first = await browser.request(party.authorize().url)
  assert.ok(isSet(first))
  const [cookie = ''] = first.headers.getSetCookie().filter(value => value.startsWith('ec_application='))
  assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/)
  assert.ok(!isSet(await browser.request(party.authorize().url)))
})

test('pages of another browser, or of another site, lead to the application of the login', async () => {
  const { page, browser } = await begun()
  const other = await newBrowser().request(page.url)
  assert.match(other.body, /another browser/)
  assert.deepEqual(linkOf(other), TO_APPLICATION)
  const form = { ...hiddenFields(page.body), ...ADMIN }
  const foreign = await browser.request(page.url, { form, headers: { origin: 'https://evil.example' } })
  assert.equal(foreign.status, 403)
  assert.deepEqual(linkOf(foreign), TO_APPLICATION)
})

test('a request that names a wrong callback leads to the application that it names, and not to the callback', async () => {
  const wrong = await newBrowser().request(party.authorize({ redirect_uri: 'https://evil.example/cb' }).url)
  assert.equal(wrong.status, 400)
  assert.deepEqual(linkOf(wrong), TO_APPLICATION)
  const unknown = await newBrowser().request(party.authorize({ client_id: 'nobody' }).url)
  assert.equal(unknown.status, 400)
  assert.deepEqual(linkOf(unknown), TO_START)
})

test('what may pass by itself offers the same again', async () => {
  server.switches.beforeRecord = async () => {
    throw Object.assign(new TypeError('the log is away'), { code: 'ECONNREFUSED' })
  }
  const { browser, page } = await begun()
  const refused = await browser.request(page.url, { form: { ...hiddenFields(page.body), ...ADMIN, password: 'wrong' } })
  assert.equal(refused.status, 503)
  assert.deepEqual(linkOf(refused), { href: page.url.pathname + page.url.search, label: 'Try again' })
  const answer = await browser.request(page.url, { form: { ...hiddenFields(page.body), ...ADMIN } })
  const resumed = await browser.request(answer.headers.get('location') ?? '')
  assert.equal(resumed.status, 503)
  assert.deepEqual(linkOf(resumed), { href: answer.headers.get('location'), label: 'Try again' })
  server.switches.beforeRecord = async () => {}
  const again = await browser.request(linkOf(resumed).href)
  assert.equal(again.headers.get('location'), null, 'what was withheld is not given out later')
  assert.deepEqual(linkOf(again), { ...linkOf(resumed), label: 'Continue' })
  assert.match(again.body, new RegExp(`<a href="${TO_APPLICATION.href}">${TO_APPLICATION.label}</a>`))
  await party.logIn(browser)
})

test('logouts and files that do not exist lead on, too', async () => {
  const { clientId } = server.credentials.app
  const { browser } = await begun()
  assert.deepEqual(linkOf(await browser.request('/u/assets/none.css')), TO_START)
  assert.deepEqual(linkOf(await browser.request('/v2/logout')), TO_APPLICATION)
  assert.deepEqual(linkOf(await newBrowser().request('/v2/logout')), TO_START)
  assert.deepEqual(linkOf(await newBrowser().request(`/oidc/logout?client_id=${clientId}`)), TO_APPLICATION)
  const refused = await browser.request(`/v2/logout?client_id=${clientId}&returnTo=https://evil.example/`)
  assert.equal(refused.status, 400)
  assert.deepEqual(linkOf(refused), TO_APPLICATION)
  const wrong = await browser.request('/continue?state=x')
  assert.equal(wrong.status, 400)
  assert.deepEqual(linkOf(wrong), TO_APPLICATION)
})
