import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import type { Browser, Visit } from '../../../../test/kit/browser.ts'
import { type FactorServer, secretOf, startFactorServer, webauthnOptionsOf } from '../../../../test/kit/factor-login.ts'
import { ASSIGNMENT, outcomeOf } from '../../../../test/kit/login-server.ts'
import { isCallback } from '../../../../test/kit/relying-party.ts'
import { type CreationRequest, createSoftwareAuthenticator, FLAG } from '../../../cli/demo/software-authenticator.ts'

const IDS = { experiment_id: 'exp_uMP2ccYnKbSXPPNF8q1jsh', variation_id: 'var_7Qr1sL6kMmWy9vBjPt4hEZ' }

let server: FactorServer

before(async () => {
  server = await startFactorServer()
  server.switches.assign = async () => outcomeOf(ASSIGNMENT)
})

beforeEach(() => {
  server.wishes.multiFactor = undefined
  server.wishes.redirect = `${server.address}u/passkey-enrollment?${new URLSearchParams(IDS)}`
  server.takeEvents()
})

after(() => server?.[Symbol.asyncDispose]())

const origin = () => new URL(server.address).origin

const create = (browser: Browser, page: Visit, authenticator = createSoftwareAuthenticator(origin())) =>
  browser.submit(page, { passkey: JSON.stringify(authenticator.create(webauthnOptionsOf<CreationRequest>(page))) })

const passkeysOf = async (email: string): Promise<number> => {
  const { rows } = await sql<{ count: string }>`select count(*) from authentication_methods m join users u
    using (tenant_id, user_id) where u.email = ${email} and m.type = 'passkey'`.execute(server.database.db)
  return Number(rows[0]?.count)
}

const setOptions = async (options: object) => {
  await sql`update connections set options = ${JSON.stringify(options)}`.execute(server.database.db)
  server.advance(2) // what servers remember of connections is a second old at most
}

test('the page that an Action sends to creates a passkey and returns to the Action; the log names the experiment twice', async () => {
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await server.enterPassword(browser, email)
  assert.equal(page.url.pathname, '/u/passkey-enrollment')
  assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self';/)
  assert.ok(isCallback(await create(browser, page)))
  assert.equal(await passkeysOf(email), 1)
  const [started, completed, ...others] = server.takeEvents().filter(({ type }) => type.startsWith('gd_'))
  assert.deepEqual([started?.type, completed?.type, others.length], ['gd_start_enroll', 'gd_enrollment_complete', 0])
  const [authenticator, enrollment] = [completed?.details?.authenticator, completed?.details?.enrollment]
  assert.match(JSON.stringify(authenticator), /^{"id":"passkey\|dev_\w{22}","type":"passkey"}$/)
  assert.match(JSON.stringify(enrollment), /^{"_id":"passkey\|dev_\w{22}","name":"Passkey","tenant":"dev",/)
  for (const event of [started, completed]) {
    assert.deepEqual(event?.details?.request, { query: IDS })
    assert.equal(event?.experiment?.variation_id, 'var_t')
    assert.equal(event?.user_name, email)
  }
})

test('a user who has a passkey, or who said "not now", is not asked again', async () => {
  const [browser, email] = [server.browser(), await server.newUser()]
  await create(browser, await server.enterPassword(browser, email))
  assert.ok(isCallback(await server.enterPassword(server.browser(), email)))
  const shy = await server.newUser()
  const page = await server.enterPassword(browser, shy, { prompt: 'login' })
  server.takeEvents()
  assert.ok(isCallback(await browser.submit(page, { action: 'abort-passkey-enrollment' })))
  const [declined] = server.takeEventsOf('passkey_enrollment_declined')
  assert.equal(declined?.details?.choice, 'not_now')
  assert.deepEqual(declined?.details?.request, { query: IDS })
  assert.equal(declined?.experiment?.variation_id, 'var_t')
  assert.ok(isCallback(await server.enterPassword(server.browser(), shy)))
  assert.deepEqual(server.takeEventsOf('gd_start_enroll', 'passkey_enrollment_declined'), [])
})

test('"not now" is asked again after 30 days, "do not ask again" is not', async () => {
  const aMonthLater = () => sql`update passkey_prompts set snoozed_until = snoozed_until - interval '30 days'`
  const [patient, final] = [await server.newUser(), await server.newUser()]
  for (const [email, fields] of [
    [patient, {}],
    [final, { dontShowAgain: 'on' }],
  ] as const) {
    const browser = server.browser()
    const page = await server.enterPassword(browser, email)
    assert.ok(isCallback(await browser.submit(page, { action: 'abort-passkey-enrollment', ...fields })))
  }
  assert.deepEqual(
    server.takeEventsOf('passkey_enrollment_declined').map(({ details }) => details?.choice),
    ['not_now', 'never'],
  )
  await aMonthLater().execute(server.database.db)
  assert.equal((await server.enterPassword(server.browser(), patient)).url.pathname, '/u/passkey-enrollment')
  assert.ok(isCallback(await server.enterPassword(server.browser(), final)))
})

test('what the browser reports is logged and explained, and the page works again', async () => {
  const browser = server.browser()
  const page = await server.enterPassword(browser, await server.newUser())
  const again = await browser.submit(page, { action: `showError::${JSON.stringify({ name: 'NotAllowedError' })}` })
  assert.equal(again.status, 400)
  assert.match(again.body, /role="alert">It was cancelled, or took too long/)
  const [failed] = server.takeEventsOf('gd_webauthn_enrollment_failed')
  assert.deepEqual(failed?.details?.authentication_methods, ['passkey'])
  assert.deepEqual(failed?.details?.failure_details, {
    errorCode: 'NotAllowedError',
    message: 'The browser reported NotAllowedError.',
  })
  assert.deepEqual(failed?.details?.request, { query: IDS })
  assert.ok(isCallback(await create(browser, again)))
})

test('an answer is taken once, for its own page and its own user', async () => {
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await server.enterPassword(browser, email)
  const authenticator = createSoftwareAuthenticator(origin())
  const answer = JSON.stringify(authenticator.create(webauthnOptionsOf<CreationRequest>(page)))
  const other = server.browser()
  const otherPage = await server.enterPassword(other, await server.newUser())
  assert.equal((await other.submit(otherPage, { passkey: answer })).status, 400)
  const [failed] = server.takeEventsOf('gd_webauthn_enrollment_failed')
  assert.match(JSON.stringify(failed?.details?.failure_details), /The challenge is not of this page/)
  assert.ok(isCallback(await browser.submit(page, { passkey: answer })))
  const taken = authenticator.create(webauthnOptionsOf<CreationRequest>(otherPage), {
    credentialId: Buffer.from(authenticator.credentialId ?? '', 'base64url'),
  })
  const refused = await other.submit(otherPage, { passkey: JSON.stringify(taken) })
  assert.match(refused.body, /This one is set up already/)
})

test('a passkey without user verification is refused', async () => {
  const browser = server.browser()
  const page = await server.enterPassword(browser, await server.newUser())
  const flags = FLAG.userPresent | FLAG.backupEligible | FLAG.backedUp
  const made = createSoftwareAuthenticator(origin()).create(webauthnOptionsOf<CreationRequest>(page), { flags })
  assert.equal((await browser.submit(page, { passkey: JSON.stringify(made) })).status, 400)
  const [failed] = server.takeEventsOf('gd_webauthn_enrollment_failed')
  assert.match(JSON.stringify(failed?.details?.failure_details), /user could not be verified/)
})

test('ids of any other form are not logged', async () => {
  server.wishes.redirect = `${server.address}u/passkey-enrollment?experiment_id=<script>&variation_id=var_${'1'.repeat(80)}`
  await server.enterPassword(server.browser(), await server.newUser())
  const [started] = server.takeEventsOf('gd_start_enroll')
  assert.equal(started?.details?.request, undefined)
})

test('a user who has a second factor proves it before a passkey is created, and the ids come along', async () => {
  server.wishes.redirect = undefined
  server.wishes.multiFactor = { provider: 'google-authenticator', allowRememberBrowser: false }
  const [browser, email] = [server.browser(), await server.newUser()]
  const setUp = await server.enterPassword(browser, email)
  const secret = secretOf(setUp)
  await browser.submit(setUp, { code: server.codeOf(secret, -1) })
  server.wishes.multiFactor = undefined
  server.wishes.redirect = `${server.address}u/passkey-enrollment?${new URLSearchParams(IDS)}`
  const other = server.browser()
  server.takeEvents()
  const challenge = await server.enterPassword(other, email)
  assert.equal(challenge.url.pathname, '/u/mfa-otp-challenge')
  const page = await other.submit(challenge, { code: server.codeOf(secret) })
  assert.equal(page.url.pathname, '/u/passkey-enrollment')
  assert.ok(isCallback(await create(other, page)))
  const [completed] = server.takeEventsOf('gd_enrollment_complete')
  assert.deepEqual(completed?.details?.request, { query: IDS })
})

test('a connection without passkeys sends the browser straight back', async () => {
  await setOptions({ authentication_methods: { passkey: { enabled: false } } })
  assert.ok(isCallback(await server.enterPassword(server.browser(), await server.newUser())))
  assert.deepEqual(server.takeEventsOf('gd_start_enroll'), [])
  await setOptions({})
})

test('a connection may ask every user after the login by password, in a step of its own', async () => {
  server.wishes.redirect = undefined
  await setOptions({ passkey_options: { progressive_enrollment_enabled: true } })
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await server.enterPassword(browser, email)
  assert.equal(page.url.pathname, '/u/passkey-enrollment')
  assert.ok(isCallback(await browser.submit(page, { action: 'abort-passkey-enrollment' })))
  assert.deepEqual(
    server.takeEvents().map(({ type }) => type),
    ['experiment_assignment_succeeded', 'gd_start_enroll', 'passkey_enrollment_declined', 's'],
  )
  assert.ok(isCallback(await server.enterPassword(browser, email, { prompt: 'login' })), 'snoozed')
  const created = await server.enterPassword(server.browser(), await server.newUser())
  assert.equal(created.url.pathname, '/u/passkey-enrollment')
  await setOptions({})
})

test('at an address without WebAuthn the browser goes straight on, and the log says why', async () => {
  await using plain = await startFactorServer({ issuer: 'http://127.0.0.1:9/' })
  plain.wishes.redirect = `${plain.issuer}u/passkey-enrollment`
  const browser = plain.browser()
  const sent = await plain.enterPassword(browser, await plain.newUser())
  assert.equal(sent.url.origin, 'http://127.0.0.1:9')
  assert.ok(isCallback(await browser.visit(new URL(sent.url.pathname + sent.url.search, plain.address))))
  const [warning] = plain.takeEventsOf('w')
  assert.equal(warning?.details?.code, 'passkeys_unavailable')
})
