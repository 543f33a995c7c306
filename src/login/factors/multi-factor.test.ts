import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { decodeJwt } from 'jose'
import type { Browser, Visit } from '../../../test/kit/browser.ts'
import { type FactorServer, PASSWORD, secretOf, startFactorServer } from '../../../test/kit/factor-login.ts'
import { isCallback } from '../../../test/kit/relying-party.ts'

const ANY = { provider: 'any', allowRememberBrowser: false }

let server: FactorServer

before(async () => {
  server = await startFactorServer()
})

beforeEach(() => {
  server.wishes.multiFactor = undefined
  server.wishes.factors = undefined
})

after(() => server?.[Symbol.asyncDispose]())

/** A user with an authenticator app and nothing else. */
const newProtectedUser = async () => {
  const earlier = { ...server.wishes }
  Object.assign(server.wishes, {
    multiFactor: undefined,
    factors: { purpose: 'enrollment', choose: 'first', factors: ['otp'] },
  })
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await server.enterPassword(browser, email)
  const secret = secretOf(page)
  assert.ok(isCallback(await browser.submit(page, { code: server.codeOf(secret, -1) })))
  Object.assign(server.wishes, earlier)
  return { email, secret, browser }
}

const silently = (browser: Browser): Promise<Visit> => browser.visit(server.party.authorize({ prompt: 'none' }).url)

test('without a demand, or when it was taken back, no user is asked', async () => {
  const { email } = await newProtectedUser()
  for (const demand of [undefined, { ...ANY, provider: 'none' }]) {
    server.wishes.multiFactor = demand
    assert.ok(isCallback(await server.enterPassword(server.browser(), email)))
  }
})

test('a provider narrows what can be set up; one that there is not fails the login', async () => {
  server.wishes.multiFactor = { ...ANY, provider: 'google-authenticator' }
  const page = await server.enterPassword(server.browser(), await server.newUser())
  assert.equal(page.url.pathname, '/u/mfa-otp-enrollment-qr')
  server.wishes.multiFactor = { ...ANY, provider: 'duo' }
  const end = await server.enterPassword(server.browser(), await server.newUser())
  assert.equal(end.url.searchParams.get('error'), 'access_denied')
})

test('a session is asked again; prompt=none is told that a user has to be there', async () => {
  const { email, secret, browser } = await newProtectedUser()
  server.wishes.multiFactor = ANY
  const page = await server.enterPassword(browser, email, { prompt: 'login' })
  const gift = await browser.submit(page, { code: server.codeOf(secret) })
  assert.equal(gift.url.pathname, '/u/mfa-recovery-code-enrollment', 'a user without a recovery code gets one')
  assert.ok(isCallback(await browser.submit(gift, { saved: 'true' })))
  const bySession = await browser.visit(server.party.authorize().url)
  assert.equal(bySession.url.pathname, '/u/mfa-otp-challenge')
  const silent = await silently(browser)
  assert.equal(silent.url.searchParams.get('error'), 'interaction_required')
  assert.equal(silent.url.searchParams.get('error_description'), 'Multifactor authentication required')
  server.wishes.multiFactor = undefined
  assert.ok((await silently(browser)).url.searchParams.get('code'))
})

test('a refresh token of a login without a second factor is refused', async () => {
  const { email } = await newProtectedUser()
  const fields = { username: email, password: PASSWORD }
  const callback = await server.party.logIn(server.browser(), { scope: 'openid offline_access' }, fields)
  const { body } = await server.party.exchange(callback)
  assert.ok(body.refresh_token)
  server.wishes.multiFactor = ANY
  const refused = await server.party.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token })
  assert.equal(refused.status, 400)
  assert.equal(refused.body.error, 'mfa_required')
  server.wishes.multiFactor = undefined
  const allowed = await server.party.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token })
  assert.equal(allowed.status, 200, 'a refusal uses nothing up')
})

test('a refresh token is as good as its login: one that a remembered browser spared', async () => {
  const { email, secret } = await newProtectedUser()
  server.wishes.multiFactor = { provider: 'any', allowRememberBrowser: true }
  const browser = server.browser()
  const challenge = await server.enterPassword(browser, email)
  const gift = await browser.submit(challenge, { code: server.codeOf(secret), rememberBrowser: 'true' })
  assert.ok(isCallback(await browser.submit(gift, { saved: 'true' })))
  const { url, verifier } = server.party.authorize({ prompt: 'login', scope: 'openid offline_access' })
  const page = await browser.visit(url)
  const spared = await browser.submit(page, { username: email, password: PASSWORD })
  const { body } = await server.party.exchange({ code: spared.url.searchParams.get('code') ?? '', verifier })
  assert.deepEqual(decodeJwt(body.id_token ?? '').amr, ['pwd'])
  const refresh = (refresh_token: string | undefined) =>
    server.party.token({ grant_type: 'refresh_token', refresh_token: refresh_token ?? '' })
  const refreshed = await refresh(body.refresh_token)
  assert.equal(refreshed.status, 200, JSON.stringify(refreshed.body))
  const again = await refresh(refreshed.body.refresh_token)
  assert.equal(again.status, 200, 'and so are those that follow it')
  server.wishes.multiFactor = ANY
  assert.equal(
    (await refresh(again.body.refresh_token)).body.error,
    'mfa_required',
    'where no browser may be remembered',
  )
})

test('what an Action has asked for in this login is not asked for again at its end', async () => {
  const { email, secret } = await newProtectedUser()
  server.wishes.multiFactor = ANY
  server.wishes.factors = { purpose: 'challenge', choose: 'any', factors: ['otp', 'phone'] }
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  server.takeEvents()
  assert.ok(isCallback(await browser.submit(page, { code: server.codeOf(secret) })))
  assert.equal(server.takeEventsOf('gd_auth_succeed').length, 1)
})

test('a challenge with what the user does not have, and an enrollment of what the user has, fail the login', async () => {
  const { email } = await newProtectedUser()
  for (const factors of [
    { purpose: 'challenge', choose: 'first', factors: ['webauthn-roaming', 'email'] },
    { purpose: 'challenge', choose: 'any', factors: [] },
    { purpose: 'enrollment', choose: 'any', factors: ['otp', 'push-notification'] },
  ] as const) {
    server.wishes.factors = factors
    const end = await server.enterPassword(server.browser(), email)
    assert.equal(end.url.searchParams.get('error'), 'access_denied', JSON.stringify(factors))
  }
})

test('a challenge with any of several shows the list, one with a first factor shows that', async () => {
  const { email, secret, browser } = await newProtectedUser()
  server.wishes.factors = { purpose: 'enrollment', choose: 'first', factors: ['recovery-code'] }
  const challenge = await server.enterPassword(browser, email, { prompt: 'login' })
  assert.equal(challenge.url.pathname, '/u/mfa-otp-challenge', 'the factor at hand is proved first')
  const saved = await browser.submit(challenge, { code: server.codeOf(secret) })
  assert.ok(isCallback(await browser.submit(saved, { saved: 'true' })))
  const factors = ['recovery-code', 'otp']
  server.wishes.factors = { purpose: 'challenge', choose: 'any', factors }
  assert.equal((await server.enterPassword(server.browser(), email)).url.pathname, '/u/mfa-login-options')
  server.wishes.factors = { purpose: 'challenge', choose: 'first', factors }
  assert.equal((await server.enterPassword(server.browser(), email)).url.pathname, '/u/mfa-otp-challenge')
})

test('"pick-authenticator", the way of pages that others build, leads to the list', async () => {
  const { email } = await newProtectedUser()
  server.wishes.multiFactor = ANY
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  const list = await browser.submit(page, { action: 'pick-authenticator' })
  assert.equal(list.url.pathname, '/u/mfa-login-options')
})

const ACR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'

/** What the ID token of a login that ends at `end` says of it. */
const contextOf = async (end: Visit, verifier: string) => {
  const code = end.url.searchParams.get('code') ?? ''
  const { body } = await server.party.exchange({ code, verifier })
  const { acr, amr } = decodeJwt(body.id_token ?? '')
  return { acr, amr, refreshToken: body.refresh_token }
}

test('tokens say that it was by two factors, in later logins of the session too, until the password counts anew', async () => {
  const { email, secret } = await newProtectedUser()
  server.wishes.factors = { purpose: 'challenge', choose: 'first', factors: ['otp'] }
  const browser = server.browser()
  const first = server.party.authorize({ scope: 'openid offline_access' })
  const login = await browser.visit(first.url)
  const page = await browser.submit(login, { username: email, password: PASSWORD })
  const end = await browser.submit(page, { code: server.codeOf(secret) })
  const { acr, amr, refreshToken } = await contextOf(end, first.verifier)
  assert.deepEqual([acr, amr], [ACR, ['pwd', 'mfa', 'otp']])

  server.wishes.factors = undefined
  const bySession = server.party.authorize()
  const later = await contextOf(await browser.visit(bySession.url), bySession.verifier)
  assert.deepEqual([later.acr, later.amr], [ACR, ['pwd', 'mfa', 'otp']])

  server.wishes.multiFactor = ANY
  const refreshed = await server.party.token({ grant_type: 'refresh_token', refresh_token: refreshToken ?? '' })
  assert.equal(refreshed.status, 200, 'its login had a second factor')
  server.wishes.multiFactor = undefined

  server.advance(60)
  const again = server.party.authorize({ prompt: 'login' })
  const form = await browser.visit(again.url)
  const anew = await contextOf(await browser.submit(form, { username: email, password: PASSWORD }), again.verifier)
  assert.deepEqual([anew.acr, anew.amr], [undefined, ['pwd']])
})
