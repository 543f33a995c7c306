import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import type { Browser, Visit } from '../../../../test/kit/browser.ts'
import { type FactorServer, startFactorServer, webauthnOptionsOf } from '../../../../test/kit/factor-login.ts'
import { isCallback } from '../../../../test/kit/relying-party.ts'
import {
  type CreationRequest,
  createSoftwareAuthenticator,
  type UseRequest,
} from '../../../cli/demo/software-authenticator.ts'

const ELSEWHERE = 'https://verify.example.com/identity'
const IDS = { experiment_id: 'exp_uMP2ccYnKbSXPPNF8q1jsh', variation_id: 'var_7Qr1sL6kMmWy9vBjPt4hEZ' }

let server: FactorServer

before(async () => {
  server = await startFactorServer()
})

beforeEach(() => {
  const here = `${server.address}u/passkey-enrollment?${new URLSearchParams(IDS)}`
  const nothing = { multiFactor: undefined, factors: undefined, nextRedirect: undefined, denial: undefined }
  Object.assign(server.wishes, { ...nothing, redirect: here })
  server.takeEvents()
})

after(() => server?.[Symbol.asyncDispose]())

const newAuthenticator = () => createSoftwareAuthenticator(new URL(server.address).origin)
type Authenticator = ReturnType<typeof newAuthenticator>

const answerTo = (page: Visit, authenticator: Authenticator): string =>
  JSON.stringify(authenticator.create(webauthnOptionsOf<CreationRequest>(page)))

const stateOf = ({ url }: Visit): string => url.searchParams.get('state') ?? ''

/** Everything of a passkey that is stored for a user, active or not. */
const storedOf = async (email: string): Promise<{ active: number; pending: number }> => {
  const { rows } = await sql<{ active: number; pending: number }>`
    select
      (select count(*)::int from authentication_methods m
        where m.tenant_id = u.tenant_id and m.user_id = u.user_id and m.type = 'passkey') as active,
      (select count(*)::int from factor_requests r
        where r.tenant_id = u.tenant_id and r.user_id = u.user_id and r.pending_passkey is not null) as pending
    from users u where u.email = ${email}`.execute(server.database.db)
  const [row] = rows
  assert.ok(row)
  return row
}

/** Opens the page and sends a form to it, with the state of another page. */
const tryPage = async (browser: Browser, state: string, passkey: string) => {
  const path = `/u/passkey-enrollment?state=${state}`
  const shown = await browser.visit(path)
  const sent = await browser.visit(path, { form: { state, passkey } })
  return [shown, sent]
}

/** A login by the passkey, in a new browser. */
const logInBy = async (authenticator: Authenticator): Promise<Visit> => {
  const browser = server.browser()
  const { pathname, search } = server.party.authorize().url
  const page = await browser.visit(new URL(pathname + search, server.address))
  const use = authenticator.use(webauthnOptionsOf<UseRequest>(page))
  return browser.submit(page, { passkey: JSON.stringify(use) })
}

const enrolled = async (authenticator: Authenticator) => {
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await server.enterPassword(browser, email)
  assert.equal(page.url.pathname, '/u/passkey-enrollment')
  return { browser, email, next: await browser.submit(page, { passkey: answerTo(page, authenticator) }) }
}

test('a user who was sent elsewhere by an Action cannot plant a passkey in the login', async () => {
  const { host, port } = new URL(server.address)
  const targets = [
    ELSEWHERE,
    'https://evil.example/u/passkey-enrollment',
    `https://${host}/u/passkey-enrollment`,
    `http://127.0.0.1:${port}/u/passkey-enrollment`,
    `http://${host}@evil.example/u/passkey-enrollment`,
    `${server.address}u/passkey-enrollment/verify`,
    `${server.address}U/passkey-enrollment`,
    `${server.address}verify?next=/u/passkey-enrollment`,
    `${server.address}verify#/u/passkey-enrollment`,
  ]
  const donor = server.browser()
  const answer = answerTo(await server.enterPassword(donor, await server.newUser()), newAuthenticator())
  for (const redirect of targets) {
    server.wishes.redirect = redirect
    const [browser, email] = [server.browser(), await server.newUser()]
    const away = await server.enterPassword(browser, email)
    // Where a fragment ends the address, the state that the kit appends is in it.
    const state = stateOf(away) || /state=([\w-]+)/.exec(away.url.hash)?.[1] || ''
    for (const { status, body } of await tryPage(browser, state, answer)) {
      assert.equal(status, 400, redirect)
      assert.match(body, /This page has expired/)
    }
    assert.deepEqual(await storedOf(email), { active: 0, pending: 0 })
  }
})

test('a page that was left open is closed when the next Action sends the browser elsewhere', async () => {
  server.wishes.nextRedirect = ELSEWHERE
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await server.enterPassword(browser, email)
  const answer = answerTo(page, newAuthenticator())
  const away = await browser.visit(`/continue?state=${stateOf(page)}`)
  assert.equal(away.url.origin, new URL(ELSEWHERE).origin)
  for (const { status, body } of await tryPage(browser, stateOf(away), answer)) {
    assert.equal(status, 400)
    assert.match(body, /This page has expired/)
  }
  for (const { headers } of await tryPage(browser, stateOf(page), answer)) {
    assert.equal(headers.get('location'), away.url.href, 'it leads to where the login is')
  }
  assert.deepEqual(await storedOf(email), { active: 0, pending: 0 })
})

test('a passkey that was created in a login which is then refused opens nothing', async () => {
  server.wishes.denial = 'identity was not verified'
  const authenticator = newAuthenticator()
  const { email, next } = await enrolled(authenticator)
  assert.equal(next.url.searchParams.get('error'), 'access_denied')
  assert.equal((await storedOf(email)).active, 0)
  server.wishes.denial = undefined
  assert.equal((await logInBy(authenticator)).status, 400)
  const types = server.takeEvents().map(({ type }) => type)
  assert.ok(types.includes('gd_start_enroll') && !types.includes('gd_enrollment_complete'), types.join())
})

test('a passkey of a login that is not finished opens nothing, and is the user’s when the login is finished', async () => {
  server.wishes.nextRedirect = ELSEWHERE
  const authenticator = newAuthenticator()
  const { browser, email, next } = await enrolled(authenticator)
  assert.equal(next.url.origin, new URL(ELSEWHERE).origin)
  assert.deepEqual(await storedOf(email), { active: 0, pending: 1 })
  assert.equal((await logInBy(authenticator)).status, 400)
  assert.deepEqual(server.takeEventsOf('gd_enrollment_complete'), [])
  assert.ok(isCallback(await browser.visit(`/continue?state=${stateOf(next)}`)))
  assert.deepEqual(await storedOf(email), { active: 1, pending: 0 })
  const [completed, ...others] = server.takeEventsOf('gd_enrollment_complete')
  assert.deepEqual([completed?.details?.request, completed?.user_name, others.length], [{ query: IDS }, email, 0])
  server.wishes.redirect = undefined
  assert.ok(isCallback(await logInBy(authenticator)))
})

test('a login that goes through second factors afterwards keeps its passkey, and is not asked for another', async () => {
  server.wishes.multiFactor = { provider: 'google-authenticator', allowRememberBrowser: false }
  await sql`update connections set options = '{"passkey_options": {"progressive_enrollment_enabled": true}}'`.execute(
    server.database.db,
  )
  server.advance(2)
  const { browser, email, next } = await enrolled(newAuthenticator())
  assert.match(next.url.pathname, /^\/u\/mfa-/)
  assert.deepEqual(await storedOf(email), { active: 0, pending: 1 })
  const [, secret = ''] = /<code class="secret">([A-Z2-7 ]+)<\/code>/.exec(next.body) ?? []
  const saved = await browser.submit(next, { code: server.codeOf(secret.replaceAll(' ', '')) })
  const end = isCallback(saved) ? saved : await browser.submit(saved, { saved: 'true' })
  assert.ok(isCallback(end), `${end.status} ${end.url.pathname}`)
  assert.deepEqual(await storedOf(email), { active: 1, pending: 0 })
  await sql`update connections set options = '{}'`.execute(server.database.db)
  server.advance(2)
})
