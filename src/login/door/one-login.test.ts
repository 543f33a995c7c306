import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { type Browser, createBrowser, hiddenFields, type Visit } from '../../../test/kit/browser.ts'
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
  server.takeEvents()
})

const newBrowser = () => createBrowser(server.issuer)
const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type)
const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make))

const hasCode = ({ headers }: Visit): boolean =>
  (headers.get('location') ?? '').startsWith(CALLBACK) && (headers.get('location') ?? '').includes('code=')

const loginsCount = async (email = ADMIN.username): Promise<number> => {
  const { rows } = await sql<{ logins_count: number }>`
    select logins_count from users where email = ${email}`.execute(server.database.db)
  return rows[0]?.logins_count ?? 0
}

/** The address at which the login of a browser goes on, with the password given. */
const passwordGiven = async (browser: Browser, parameters: Record<string, string> = {}): Promise<string> => {
  const page = await browser.visit(party.authorize(parameters).url)
  const answer = await browser.request(page.url, { form: { ...hiddenFields(page.body), ...ADMIN } })
  return answer.headers.get('location') ?? ''
}

test('of parallel requests that continue one login, one gets a code, and the login is logged and counted once', async () => {
  const counted = await loginsCount()
  for (let round = 1; round <= 10; round += 1) {
    const browser = newBrowser()
    const address = await passwordGiven(browser)
    const answers = await times(4, () => browser.request(address))
    assert.equal(answers.filter(hasCode).length, 1)
    assert.deepEqual(typesOf(server.takeEvents()), ['s'])
    assert.equal(await loginsCount(), counted + round)
    const { rows } = await sql`select 1 from oidc_payloads where model = 'AuthorizationCode'`.execute(
      server.database.db,
    )
    assert.equal(rows.length, round)
  }
})

test('those that come too late set no session, neither a new one nor the one that the browser had', async () => {
  for (const hadSession of [false, true]) {
    const browser = newBrowser()
    if (hadSession) await party.logIn(browser)
    const address = await passwordGiven(browser, { prompt: 'login' })
    const answers = await times(4, () => browser.request(address))
    const [first, ...others] = answers.toSorted((a, b) => Number(hasCode(b)) - Number(hasCode(a)))
    assert.ok(first && hasCode(first))
    for (const { headers } of others) assert.deepEqual(headers.getSetCookie(), [])
    const silent = await browser.visit(party.authorize({ prompt: 'none' }).url)
    assert.ok(silent.url.searchParams.has('code'), 'the session of the one that counted is there')
  }
})

test('a form that is sent several times at once is one login', async () => {
  const browser = newBrowser()
  const counted = await loginsCount()
  const page = await browser.visit(party.authorize().url)
  const form = { ...hiddenFields(page.body), ...ADMIN }
  const answers = await times(4, () => browser.request(page.url, { form }))
  const addresses = answers.map(({ headers }) => headers.get('location') ?? '')
  assert.equal(new Set(addresses).size, 1)
  const ends = await Promise.all(addresses.map(address => browser.request(address)))
  assert.equal(ends.filter(hasCode).length, 1)
  assert.deepEqual(typesOf(server.takeEvents()), ['s'])
  assert.equal(await loginsCount(), counted + 1)
})

test('the first user who answers a login is the one whom it logs in', async () => {
  const other = { email: 'other@example.com', password: 'battery staple' }
  await party.logIn(newBrowser(), { screen_hint: 'signup' }, other)
  server.takeEvents()
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const send = (fields: Record<string, string>) =>
    browser.request(page.url, { form: { ...hiddenFields(page.body), ...fields } })
  const first = await send(ADMIN)
  const second = await send({ username: other.email, password: other.password })
  assert.equal(second.headers.get('location'), null)
  assert.ok(hasCode(await browser.request(first.headers.get('location') ?? '')))
  assert.deepEqual(
    server.takeEvents().map(({ type, user_name }) => [type, user_name]),
    [['s', ADMIN.username]],
  )
})
