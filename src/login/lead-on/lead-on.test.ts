import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { type Browser, createBrowser, hiddenFields, type Visit } from '../../../test/kit/browser.ts'
import { CALLBACK, type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, isCallback, type RelyingParty } from '../../../test/kit/relying-party.ts'
import { CONTINUE, type Step, type StepOutcome } from '../pipeline/step.ts'

/** What the step of this server's logins does. */
let outcome: StepOutcome = CONTINUE

const scripted: Step = {
  name: 'scripted',
  doc: 'Does what a test says.',
  kinds: ['interactive', 'session'],
  run: async (_, resumed) => (resumed === undefined ? outcome : CONTINUE),
}

const AWAY: StepOutcome = { kind: 'suspend', to: state => `https://enrol.example.com/?token=x&state=${state}` }

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer({ steps: [scripted] })
  party = createRelyingParty(server)
  server.switches.otherwise = (request, response) => {
    const state = new URL(request.url ?? '', server.issuer).searchParams.get('state')
    void server.login.resume(request, response, state, { step: 'scripted', data: null })
  }
})

after(() => server?.[Symbol.asyncDispose]())

beforeEach(() => {
  outcome = CONTINUE
  server.takeEvents()
})

const newBrowser = () => createBrowser(server.issuer)
const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type)
const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make))

const send = (browser: Browser, page: Visit, fields: Record<string, string>) =>
  browser.request(page.url, { form: { ...hiddenFields(page.body), ...fields } })

const linkOf = ({ body }: Visit): { href: string; label: string } => {
  const [, href = '', label = ''] = /<a class="button" href="([^"]*)">([^<]*)<\/a>/.exec(body) ?? []
  assert.ok(href, `no link: ${body.slice(0, 900)}`)
  return { href: href.replaceAll('&amp;', '&'), label }
}

/** The page says `title`, leads on, and neither logs in nor says who is. */
const isPage = (visit: Visit, status: number, title: string): void => {
  assert.equal(visit.status, status, visit.body)
  assert.match(visit.body, new RegExp(`<h1>${title}</h1>`))
  linkOf(visit)
  assert.ok(!/code=|&amp;state=|@example\.com/.test(visit.body), visit.body)
  assert.equal(visit.headers.get('location'), null)
}

const APPLICATION = `${new URL(CALLBACK).origin}/`

/** A browser whose login has succeeded, and the page on which the password was typed. */
const finished = async (parameters: Record<string, string> = {}) => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize(parameters).url)
  assert.ok(isCallback(await browser.submit(page, ADMIN)))
  server.takeEvents()
  return { browser, page }
}

const signedUp = async (email: string): Promise<void> => {
  await party.logIn(newBrowser(), { screen_hint: 'signup' }, { email, password: 'battery staple' })
  server.takeEvents()
}

test('a form that is sent again after its login has succeeded says so, and leads back to the application', async () => {
  const { browser, page } = await finished()
  for (const again of [await browser.request(page.url), await send(browser, page, ADMIN)]) {
    isPage(again, 200, 'You are logged in')
    assert.deepEqual(linkOf(again), { href: APPLICATION, label: 'Continue to Application' })
  }
  assert.deepEqual(server.takeEvents(), [])
})

test('the password is not looked at again: a wrong one is no failure of a login that is over', async () => {
  const { browser, page } = await finished()
  isPage(await send(browser, page, { ...ADMIN, password: 'wrong horse' }), 200, 'You are logged in')
  assert.deepEqual(server.takeEvents(), [])
})

test('another person who comes to the page of a finished login is told nothing of it', async () => {
  await signedUp('next@example.com')
  const { browser, page } = await finished()
  const next = { username: 'next@example.com', password: 'battery staple' }
  isPage(await send(browser, page, next), 400, 'This login is over')
  isPage(await send(browser, page, { username: '', password: '' }), 400, 'This login is over')
  assert.deepEqual(server.takeEvents(), [])
})

test('after a logout, or when another user has logged in since, the login shows nothing', async () => {
  await signedUp('since@example.com')
  for (const leave of [
    (browser: Browser) => browser.request('/v2/logout'),
    (browser: Browser) =>
      party.logIn(browser, { prompt: 'login' }, { username: 'since@example.com', password: 'battery staple' }),
  ]) {
    const { browser, page } = await finished()
    await sql`update oidc_payloads set consumed_at = consumed_at - interval '1 minute'
      where model = 'Interaction'`.execute(server.database.db)
    await leave(browser)
    isPage(await browser.request(page.url), 400, 'This login is over')
    isPage(await send(browser, page, ADMIN), 400, 'This login is over')
  }
})

test('requests that come at the same moment as the one that counts are led on', async () => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const address = (await send(browser, page, ADMIN)).headers.get('location') ?? ''
  const answers = await times(4, () => browser.request(address))
  const [first, ...others] = answers.toSorted(({ headers }) => (headers.has('location') ? -1 : 1))
  assert.match(first?.headers.get('location') ?? '', /code=/)
  for (const other of others) {
    isPage(other, 409, 'Your login is under way')
    assert.deepEqual(other.headers.getSetCookie(), [])
    isPage(await browser.visit(linkOf(other).href), 200, 'You are logged in')
  }
})

test('two tabs of one login: the second is led on, whichever page it shows', async () => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const state = page.url.searchParams.get('state')
  const other = await browser.visit(`/u/signup?state=${state}`)
  assert.ok(isCallback(await browser.submit(page, ADMIN)))
  isPage(await send(browser, page, ADMIN), 200, 'You are logged in')
  isPage(await send(browser, other, { email: ADMIN.username, password: 'battery staple' }), 200, 'You are logged in')
  isPage(
    await send(browser, other, { email: 'tab@example.com', password: 'battery staple' }),
    400,
    'This login is over',
  )
  const { rows } = await sql`select 1 from users where email = 'tab@example.com'`.execute(server.database.db)
  assert.equal(rows.length, 0, 'no user is created for a login that is over')
})

test('a page that is opened while its login goes on leads to where that is', async () => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const answered = await send(browser, page, ADMIN)
  const opened = await browser.request(page.url)
  assert.equal(opened.headers.get('location'), answered.headers.get('location'))
  assert.ok(isCallback(await browser.visit(opened.headers.get('location') ?? '')))
})

test('a sign-up that is sent twice is one user, one event and one login', async () => {
  const fields = { email: 'twice@example.com', password: 'battery staple' }
  const browser = newBrowser()
  const page = await browser.visit(party.authorize({ screen_hint: 'signup' }).url)
  const answers = await times(4, () => send(browser, page, fields))
  const addresses = new Set(answers.map(({ headers }) => headers.get('location')))
  assert.equal(addresses.size, 1)
  assert.ok(isCallback(await browser.visit([...addresses][0] ?? '')))
  assert.deepEqual(typesOf(server.takeEvents()), ['ss', 's'])
  isPage(await send(browser, page, fields), 200, 'You are logged in')
  isPage(await send(browser, page, { ...fields, email: 'third@example.com' }), 400, 'This login is over')
  assert.deepEqual(server.takeEvents(), [])
})

test('of two sign-ups for one login with two addresses, one is a user', async () => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize({ screen_hint: 'signup' }).url)
  const answers = await Promise.all(
    ['left@example.com', 'right@example.com'].map(email => send(browser, page, { email, password: 'battery staple' })),
  )
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, 400])
  const { rows } = await sql`select 1 from users where email in ('left@example.com', 'right@example.com')`.execute(
    server.database.db,
  )
  assert.equal(rows.length, 1)
  assert.deepEqual(typesOf(server.takeEvents()), ['ss'])
})

test('from the page of a login that was suspended, its own browser is led to where it waits', async () => {
  outcome = AWAY
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const away = await browser.submit(page, ADMIN)
  assert.equal(away.url.host, 'enrol.example.com')
  for (const again of [await browser.request(page.url), await send(browser, page, ADMIN)]) {
    assert.equal(again.headers.get('location'), away.url.href)
    assert.deepEqual(again.headers.getSetCookie(), [])
  }
  isPage(await send(browser, page, { ...ADMIN, username: 'next@example.com' }), 400, 'This login is over')
  const { rows } = await sql<{ text: string }>`select payload::text as text from oidc_payloads`.execute(
    server.database.db,
  )
  const state = away.url.searchParams.get('state') ?? ''
  assert.ok(
    rows.every(({ text }) => !text.includes(state)),
    'the table does not hold the address',
  )
  const back = await browser.request(`/come-back?state=${state}`)
  assert.equal((await browser.request(page.url)).headers.get('location'), back.headers.get('location'))
  assert.ok(isCallback(await browser.visit(back.headers.get('location') ?? '')))
  isPage(await browser.request(page.url), 200, 'You are logged in')
  isPage(await browser.request(`/come-back?state=${state}`), 200, 'You are logged in')
})

test('a browser that has lost the session of a suspended login is not led into it: it could not go on there', async () => {
  outcome = AWAY
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const before_ = browser.jar.header('/')
  await browser.submit(page, ADMIN)
  const lost = createBrowser(server.issuer, { cookie: before_ })
  isPage(await lost.request(page.url), 409, 'Your login is under way')
})

test('a login that was refused is over, and what its application was told is not said again', async () => {
  outcome = { kind: 'deny', error: 'access_denied', description: 'Not today.' }
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  assert.equal((await browser.submit(page, ADMIN)).url.searchParams.get('error'), 'access_denied')
  await sql`update oidc_payloads set consumed_at = consumed_at - interval '1 minute'
    where model = 'Interaction'`.execute(server.database.db)
  const again = await send(browser, page, ADMIN)
  isPage(again, 400, 'This login is over')
  assert.equal(linkOf(again).href, APPLICATION)
})

test('a login whose server died in the middle is under way, then over, and begins again in the application', async () => {
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const address = (await send(browser, page, ADMIN)).headers.get('location') ?? ''
  const { db } = server.database
  await sql`update oidc_payloads set consumed_at = now(), payload = '{}' where model = 'Interaction'`.execute(db)
  for (const path of [page.url, address]) isPage(await browser.request(path), 409, 'Your login is under way')
  await sql`update oidc_payloads set consumed_at = now() - interval '1 minute' where model = 'Interaction'`.execute(db)
  for (const path of [page.url, address]) isPage(await browser.request(path), 400, 'This login is over')
  assert.deepEqual(server.takeEvents(), [])
  await party.logIn(browser)
})

test('an application that says where its logins begin is led back to there', async () => {
  const { db } = server.database
  await sql`update clients set initiate_login_uri = 'https://shop.example.com/login'
    where client_id = ${server.credentials.app.clientId}`.execute(db)
  await new Promise(resolve => setTimeout(resolve, 1_100)) // what servers remember is a second old at most
  const { browser, page } = await finished()
  const { href } = linkOf(await browser.request(page.url))
  assert.equal(href, `https://shop.example.com/login?iss=${encodeURIComponent(server.issuer)}`)
  await sql`update clients set initiate_login_uri = null`.execute(db)
  await new Promise(resolve => setTimeout(resolve, 1_100))
})
