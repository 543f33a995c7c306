import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { decodeJwt } from 'jose'
import { sql } from 'kysely'
import type { Browser, Visit } from '../../../test/kit/browser.ts'
import { type FactorServer, startFactorServer, webauthnOptionsOf } from '../../../test/kit/factor-login.ts'
import { isCallback } from '../../../test/kit/relying-party.ts'
import {
  type CreationRequest,
  createSoftwareAuthenticator,
  type Deviation,
  FLAG,
  type SoftwareAuthenticator,
  type UseRequest,
} from '../../cli/demo/software-authenticator.ts'

let server: FactorServer

before(async () => {
  server = await startFactorServer()
})

beforeEach(() => {
  Object.assign(server.wishes, { multiFactor: undefined, factors: undefined, redirect: undefined })
  server.takeEvents()
})

after(() => server?.[Symbol.asyncDispose]())

const origin = () => new URL(server.address).origin

/** A user with a passkey. */
const enroll = async (deviation: Deviation = {}) => {
  server.wishes.redirect = `${server.address}u/passkey-enrollment`
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await server.enterPassword(browser, email)
  const authenticator = createSoftwareAuthenticator(origin())
  const passkey = JSON.stringify(authenticator.create(webauthnOptionsOf<CreationRequest>(page), deviation))
  assert.ok(isCallback(await browser.submit(page, { passkey })))
  server.wishes.redirect = undefined
  server.takeEvents()
  return { email, authenticator }
}

const openLogin = (browser: Browser, parameters: Record<string, string> = {}): Promise<Visit> =>
  browser.visit(server.party.authorize(parameters).url)

const answerOf = (page: Visit, authenticator: SoftwareAuthenticator, deviation: Deviation = {}): string =>
  JSON.stringify(authenticator.use(webauthnOptionsOf<UseRequest>(page), deviation))

const failures = () => server.takeEventsOf('f').map(({ details }) => JSON.stringify(details?.error))

test('the login page offers passkeys by a button and in the suggestions of its field, and runs our script only', async () => {
  const page = await openLogin(server.browser())
  assert.match(page.body, /autocomplete="username webauthn"/)
  assert.match(page.body, /<button type="button" class="quiet" data-start hidden>Log in with a passkey<\/button>/)
  assert.match(page.body, /data-autofill="on"/)
  const [, script] = /<script src="([^"]+)" defer><\/script>/.exec(page.body) ?? []
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; .*script-src 'self';/)
  const { allowCredentials, userVerification } = webauthnOptionsOf<{
    allowCredentials?: unknown[]
    userVerification: string
  }>(page)
  assert.ok(!allowCredentials?.length, 'it says of no user whether they have a passkey')
  assert.equal(userVerification, 'required')
  const served = await server.browser().request(script ?? '')
  assert.equal(served.status, 200)
  assert.match(served.headers.get('content-type') ?? '', /^text\/javascript/)
  assert.match(served.headers.get('cache-control') ?? '', /immutable/)
})

test('a passkey logs in without an address, and log and tokens say that it did', async () => {
  const { email, authenticator } = await enroll()
  const browser = server.browser()
  const { url, verifier } = server.party.authorize()
  const page = await browser.visit(url)
  const end = await browser.submit(page, { passkey: answerOf(page, authenticator) })
  assert.ok(isCallback(end), end.body)
  const [success] = server.takeEventsOf('s')
  assert.equal(success?.user_name, email)
  assert.match(JSON.stringify(success?.details?.prompts), /"name":"prompt-authenticate",.*"performed_amr":\["phr"\]/)
  const { body } = await server.party.exchange({ code: end.url.searchParams.get('code') ?? '', verifier })
  assert.deepEqual(decodeJwt(body.id_token ?? '').amr, ['phr'])
})

test('an answer is taken once, and only on the page that asked for it', async () => {
  const { authenticator } = await enroll()
  const [browser, thief] = [server.browser(), server.browser()]
  const [page, other] = [await openLogin(browser), await openLogin(thief)]
  const passkey = answerOf(page, authenticator)
  assert.equal((await thief.submit(other, { passkey })).status, 400)
  const again = await openLogin(browser)
  assert.equal((await browser.submit(again, { passkey })).status, 400)
  assert.ok(isCallback(await browser.submit(page, { passkey })))
  const replayed = await browser.request(new URL(page.url), {
    form: { state: page.url.searchParams.get('state') ?? '', passkey },
  })
  assert.equal(replayed.headers.get('location'), null)
  assert.match(replayed.body, /<h1>You are logged in<\/h1>/)
  assert.equal(failures().filter(message => message.includes('The challenge is not of this page')).length, 2)
})

test('a page that is older than its login gives a new challenge', async () => {
  const { authenticator } = await enroll()
  const browser = server.browser()
  const page = await openLogin(browser)
  const late = answerOf(page, authenticator)
  server.advance(61 * 60)
  const again = await browser.submit(page, { passkey: late })
  assert.equal(again.status, 400)
  assert.match(again.body, /This passkey does not work here/)
})

test('answers that do not fit are refused with one sentence, and the log has the reason', async () => {
  const { authenticator } = await enroll()
  const { authenticator: other } = await enroll()
  const otherHandle = String(other.use({ challenge: 'AAAA' }).response.userHandle)
  const deviations: [Deviation, RegExp][] = [
    [{ origin: 'https://evil.example' }, /origin/],
    [{ rpId: 'evil.example' }, /RP ID/],
    [{ flags: FLAG.userPresent | FLAG.backupEligible | FLAG.backedUp }, /could not be verified/],
    [{ userHandle: '' }, /made for another user/],
    [{ userHandle: otherHandle }, /made for another user/],
    [{ credentialId: Buffer.alloc(32, 1) }, /is not known/],
    [{ credentialId: Buffer.from(other.credentialId ?? '', 'base64url') }, /made for another user/],
  ]
  for (const [deviation, reason] of deviations) {
    const browser = server.browser()
    const page = await openLogin(browser)
    const refused = await browser.submit(page, { passkey: answerOf(page, authenticator, deviation) })
    assert.equal(refused.status, 400)
    assert.match(refused.body, /role="alert">This passkey does not work here\. Log in with your password\./)
    assert.match(failures()[0] ?? '', reason)
  }
})

test('a security key of the second factor is no passkey', async () => {
  server.wishes.factors = { purpose: 'enrollment', choose: 'first', factors: ['webauthn-platform'] }
  const browser = server.browser()
  const page = await server.enterPassword(browser, await server.newUser())
  const authenticator = createSoftwareAuthenticator(origin())
  const response = JSON.stringify(authenticator.create(webauthnOptionsOf<CreationRequest>(page)))
  assert.ok(isCallback(await browser.submit(page, { response })))
  server.wishes.factors = undefined
  const login = await openLogin(server.browser())
  const other = server.browser()
  const fresh = await openLogin(other)
  assert.equal((await other.submit(fresh, { passkey: answerOf(fresh, authenticator) })).status, 400)
  assert.ok(login.body.includes('data-webauthn="get"'))
})

test('a blocked user stays out, with a passkey too', async () => {
  const { email, authenticator } = await enroll()
  await sql`update users set blocked = true where email = ${email}`.execute(server.database.db)
  const browser = server.browser()
  const page = await openLogin(browser)
  const end = await browser.submit(page, { passkey: answerOf(page, authenticator) })
  assert.equal(end.url.searchParams.get('error'), 'unauthorized')
})

test('a second factor is asked for after a passkey, too, unless the Action says otherwise', async () => {
  const { authenticator } = await enroll()
  server.wishes.multiFactor = { provider: 'any', allowRememberBrowser: false }
  const browser = server.browser()
  const page = await openLogin(browser)
  const next = await browser.submit(page, { passkey: answerOf(page, authenticator) })
  assert.equal(next.url.pathname, '/u/mfa-begin-enroll-options')
})

test('a connection chooses how passkeys are offered, or that they are not', async () => {
  const { authenticator } = await enroll()
  const before = await openLogin(server.browser())
  const setOptions = async (options: object) => {
    await sql`update connections set options = ${JSON.stringify(options)}`.execute(server.database.db)
    server.advance(2)
    return openLogin(server.browser())
  }
  const autofill = await setOptions({ passkey_options: { challenge_ui: 'autofill' } })
  assert.ok(!autofill.body.includes('data-start') && autofill.body.includes('data-autofill="on"'))
  const button = await setOptions({ passkey_options: { challenge_ui: 'button' } })
  assert.ok(button.body.includes('data-start') && !button.body.includes('username webauthn'))
  const none = await setOptions({ authentication_methods: { passkey: { enabled: false } } })
  assert.ok(!none.body.includes('webauthn') && !none.body.includes('passkey'))
  const browser = server.browser()
  const page = await openLogin(browser)
  const refused = await browser.submit(page, { passkey: answerOf(before, authenticator) })
  assert.equal(refused.status, 400)
  await setOptions({})
})

test('nonsense in the field is refused and breaks nothing', async () => {
  const browser = server.browser()
  const page = await openLogin(browser)
  for (const passkey of [
    '',
    'null',
    '{}',
    '[]',
    '{"id":"AAAA"}',
    '<script>',
    '{"id":"AAAA","response":{"clientDataJSON":"e30"}}',
  ]) {
    assert.equal((await browser.submit(page, { passkey })).status, 400, passkey)
  }
  assert.equal(failures().length, 7)
})
