import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import type { Browser, Visit } from '../../../test/kit/browser.ts'
import {
  type FactorServer,
  recoveryCodeOf,
  secretOf,
  startFactorServer,
  webauthnOptionsOf,
} from '../../../test/kit/factor-login.ts'
import { isCallback } from '../../../test/kit/relying-party.ts'
import { type CreationRequest, createSoftwareAuthenticator } from '../../cli/demo/software-authenticator.ts'
import { FACTOR_PAGES } from './routes.ts'

const ANY = { provider: 'any', allowRememberBrowser: true }

let server: FactorServer

before(async () => {
  server = await startFactorServer()
})

beforeEach(() => {
  Object.assign(server.wishes, { multiFactor: ANY, factors: undefined, redirect: undefined })
})

after(() => server?.[Symbol.asyncDispose]())

/** A user with an app and a recovery code; the thief knows the password. */
const newVictim = async () => {
  const [browser, email] = [server.browser(), await server.newUser()]
  const list = await server.enterPassword(browser, email)
  const page = await browser.visit(new URL(`/u/mfa-otp-enrollment-qr${list.url.search}`, server.address))
  const secret = secretOf(page)
  const saved = await browser.submit(page, { code: server.codeOf(secret, -1) })
  const recoveryCode = recoveryCodeOf(saved)
  await browser.submit(saved, { saved: 'true' })
  return { email, secret, recoveryCode }
}

const at = (path: string, page: Visit) => new URL(`${path}${page.url.search}`, server.address)

const post = (browser: Browser, page: Visit, path: string, form: Record<string, string>) =>
  browser.visit(at(path, page), { form: { state: page.url.searchParams.get('state') ?? '', ...form } })

const methodsOf = async (email: string): Promise<string[]> => {
  const { rows } = await sql<{ type: string }>`select m.type from authentication_methods m join users u
    using (tenant_id, user_id) where u.email = ${email} order by 1`.execute(server.database.db)
  return rows.map(({ type }) => type)
}

test('a user who waits for a second factor gets to no other page, by GET or by POST', async () => {
  const { email } = await newVictim()
  const thief = server.browser()
  const page = await server.enterPassword(thief, email)
  const CHALLENGES = ['/u/mfa-otp-challenge', '/u/mfa-recovery-code-challenge', '/u/mfa-login-options']
  for (const path of Object.keys(FACTOR_PAGES)) {
    if (CHALLENGES.includes(path)) continue
    const shown = await thief.visit(at(path, page))
    assert.equal(shown.url.pathname, '/u/mfa-otp-challenge', path)
    const passkey = JSON.stringify(
      createSoftwareAuthenticator(new URL(server.address).origin).create({
        challenge: 'AAAA',
        rp: {},
        user: { id: 'AAAA' },
      }),
    )
    for (const form of [
      { code: '123456', saved: 'true', passkey, response: passkey, action: 'default' },
      { action: 'abort-passkey-enrollment', dontShowAgain: 'on' },
    ]) {
      const posted = await post(thief, page, path, form)
      assert.equal(posted.url.pathname, '/u/mfa-otp-challenge', path)
    }
  }
  assert.deepEqual(await methodsOf(email), ['recovery-code', 'totp'])
})

test('neither /continue, nor the engine’s own address, nor a session that it left behind gets around it', async () => {
  const { email } = await newVictim()
  const thief = server.browser()
  const page = await server.enterPassword(thief, email)
  assert.equal((await thief.visit(at('/continue', page))).status, 400)
  const resumed = await thief.visit(new URL(`/authorize/${page.url.searchParams.get('state')}`, server.address))
  assert.equal(resumed.url.pathname, '/u/mfa-otp-challenge')
  const bySession = await thief.visit(server.party.authorize().url)
  assert.equal(bySession.url.pathname, '/u/mfa-otp-challenge')
  const silent = await thief.visit(server.party.authorize({ prompt: 'none' }).url)
  assert.equal(silent.url.searchParams.get('error'), 'interaction_required')
})

test('a state that is wrong, old or of another browser shows nothing', async () => {
  const { email, secret } = await newVictim()
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  for (const path of Object.keys(FACTOR_PAGES)) {
    assert.equal((await server.browser().visit(at(path, page))).status, 403, path)
    for (const state of ['', 'x', 'A'.repeat(43), "' or 1=1 --", '%00'.repeat(10)]) {
      assert.equal((await browser.visit(new URL(`${path}?state=${state}`, server.address))).status, 400, path)
    }
  }
  const code = server.codeOf(secret)
  const foreign = await server.browser().visit(at('/u/mfa-otp-challenge', page), {
    form: { state: page.url.searchParams.get('state') ?? '', code },
  })
  assert.equal(foreign.status, 403)
  assert.ok(isCallback(await browser.submit(page, { code })), 'the code was not used up by it')
  const over = await browser.visit(page.url)
  assert.match(over.body, /<h1>You are logged in<\/h1>/)
  assert.ok(!over.body.includes(email))
})

test('a form of another site, or for another page, is refused', async () => {
  const { email } = await newVictim()
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  const headers = { origin: 'https://evil.example' }
  const form = { state: page.url.searchParams.get('state') ?? '', code: '123456' }
  assert.equal((await browser.visit(page.url, { form, headers })).status, 403)
  assert.equal((await browser.visit(page.url, { form: { ...form, state: 'A'.repeat(43) } })).status, 400)
})

test('an enrollment that began before the account was protected does not finish without a proof', async () => {
  const email = await server.newUser()
  const [thief, owner] = [server.browser(), server.browser()]
  const begun = at('/u/mfa-otp-enrollment-qr', await server.enterPassword(thief, email))
  const page = await thief.visit(begun)
  const stolen = secretOf(page)
  const list = await server.enterPassword(owner, email)
  const own = await owner.visit(at('/u/mfa-otp-enrollment-qr', list))
  const saved = await owner.submit(own, { code: server.codeOf(secretOf(own)) })
  assert.ok(isCallback(await owner.submit(saved, { saved: 'true' })))
  const refused = await thief.submit(page, { code: server.codeOf(stolen) })
  assert.equal(refused.url.pathname, '/u/mfa-otp-challenge')
  assert.deepEqual(await methodsOf(email), ['recovery-code', 'totp'])
})

test('an Action that sends the browser to create a passkey does not let a thief do it', async () => {
  const { email } = await newVictim()
  Object.assign(server.wishes, { multiFactor: undefined, redirect: `${server.address}u/passkey-enrollment` })
  const thief = server.browser()
  const page = await server.enterPassword(thief, email)
  assert.equal(page.url.pathname, '/u/mfa-otp-challenge')
  const direct = await thief.visit(at('/u/passkey-enrollment', page))
  assert.equal(direct.url.pathname, '/u/mfa-otp-challenge')
  // The page's challenge of another account's login, for what it is worth.
  const other = server.browser()
  const elsewhere = await server.enterPassword(other, await server.newUser())
  const made = createSoftwareAuthenticator(new URL(server.address).origin).create(
    webauthnOptionsOf<CreationRequest>(elsewhere),
  )
  const posted = await post(thief, page, '/u/passkey-enrollment', { passkey: JSON.stringify(made) })
  assert.equal(posted.url.pathname, '/u/mfa-otp-challenge')
  assert.deepEqual(await methodsOf(email), ['recovery-code', 'totp'])
})

test('what one user proved does not count for another who logs in in the same browser', async () => {
  const [one, two] = [await newVictim(), await newVictim()]
  const browser = server.browser()
  const page = await server.enterPassword(browser, one.email)
  assert.ok(isCallback(await browser.submit(page, { code: server.codeOf(one.secret), rememberBrowser: 'true' })))
  const next = await server.enterPassword(browser, two.email, { prompt: 'login' })
  assert.equal(next.url.pathname, '/u/mfa-otp-challenge')
  const wrong = await browser.submit(next, { code: server.codeOf(one.secret, 1) })
  assert.equal(wrong.status, 400)
})

test('markup and nonsense in every field are answered and change nothing', async () => {
  const { email } = await newVictim()
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  for (const value of ['<script>alert(1)</script>', "'; drop table users; --", '\0', '𝟏𝟐𝟑𝟒𝟓𝟔', 'x'.repeat(20_000)]) {
    for (const path of ['/u/mfa-otp-challenge', '/u/mfa-recovery-code-challenge']) {
      const answer = await post(browser, page, path, { code: value, action: value })
      assert.equal(answer.status, 400, path)
      assert.ok(!answer.body.includes('<script'))
    }
  }
  assert.equal((await post(browser, page, '/u/mfa-otp-challenge', { code: 'x'.repeat(70_000) })).status, 413)
})
