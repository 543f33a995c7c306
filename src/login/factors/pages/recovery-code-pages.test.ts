import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Visit } from '../../../../test/kit/browser.ts'
import { type FactorServer, recoveryCodeOf, secretOf, startFactorServer } from '../../../../test/kit/factor-login.ts'
import { isCallback } from '../../../../test/kit/relying-party.ts'

let server: FactorServer

before(async () => {
  server = await startFactorServer()
  server.wishes.multiFactor = { provider: 'any', allowRememberBrowser: true }
})

after(() => server?.[Symbol.asyncDispose]())

/** A user with an app and a recovery code. */
const newProtectedUser = async () => {
  const [browser, email] = [server.browser(), await server.newUser()]
  const list = await server.enterPassword(browser, email)
  const page = await browser.visit(new URL(`/u/mfa-otp-enrollment-qr${list.url.search}`, server.address))
  const secret = secretOf(page)
  const saved = await browser.submit(page, { code: server.codeOf(secret, -1) })
  const recoveryCode = recoveryCodeOf(saved)
  assert.ok(isCallback(await browser.submit(saved, { saved: 'true' })))
  return { email, secret, recoveryCode }
}

const toRecovery = (page: Visit) => new URL(`/u/mfa-recovery-code-challenge${page.url.search}`, server.address)

test('a recovery code lets in once, and a new one takes its place', async () => {
  const { email, recoveryCode } = await newProtectedUser()
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  assert.match(page.body, /<a href="\/u\/mfa-login-options\?state=/)
  const list = await browser.visit(new URL(`/u/mfa-login-options${page.url.search}`, server.address))
  assert.match(list.body, /\/u\/mfa-otp-challenge\?.*\/u\/mfa-recovery-code-challenge\?/s)
  server.takeEvents()
  const saved = await browser.submit(await browser.visit(toRecovery(page)), { code: recoveryCode.toLowerCase() })
  assert.equal(saved.url.pathname, '/u/mfa-recovery-code-enrollment')
  const fresh = recoveryCodeOf(saved)
  assert.notEqual(fresh, recoveryCode)
  assert.ok(isCallback(await browser.submit(saved, { saved: 'true' })))
  assert.deepEqual(
    server.takeEvents().map(({ type }) => type),
    ['gd_start_auth', 'gd_recovery_succeed', 'gd_start_enroll', 'gd_enrollment_complete', 's'],
  )
  const again = server.browser()
  const challenge = await server.enterPassword(again, email)
  const recovery = await again.visit(toRecovery(challenge))
  const used = await again.submit(recovery, { code: recoveryCode })
  assert.equal(used.status, 400)
  assert.equal(server.takeEventsOf('gd_recovery_failed').length, 1)
  assert.equal((await again.submit(recovery, { code: fresh })).url.pathname, '/u/mfa-recovery-code-enrollment')
})

test('a new code is downloaded as a file that says what it is for', async () => {
  const { email, recoveryCode } = await newProtectedUser()
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  const saved = await browser.submit(await browser.visit(toRecovery(page)), { code: recoveryCode })
  const [, address = ''] = /<a [^>]*href="(data:[^"]*)" download="recovery-code\.txt">/.exec(saved.body) ?? []
  const text = await (await fetch(address)).text()
  assert.equal(text, `Recovery code of ${email} for dev\n\n${recoveryCodeOf(saved)}\n\nIt works once.\n`)
})

test('the login goes on only when the new code was saved; the same one is shown again', async () => {
  const { email, recoveryCode } = await newProtectedUser()
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  const saved = await browser.submit(await browser.visit(toRecovery(page)), { code: recoveryCode })
  const unsaved = await browser.submit(saved, {})
  assert.equal(unsaved.status, 400)
  assert.match(unsaved.body, /role="alert">Save the code first/)
  assert.equal(recoveryCodeOf(unsaved), recoveryCodeOf(saved))
  assert.ok(isCallback(await browser.submit(unsaved, { saved: 'true' })))
})

test('no browser is remembered for a recovery code', async () => {
  const { email, recoveryCode } = await newProtectedUser()
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  const recovery = await browser.visit(toRecovery(page))
  assert.ok(!recovery.body.includes('rememberBrowser'))
  const saved = await browser.submit(recovery, { code: recoveryCode, rememberBrowser: 'true' })
  await browser.submit(saved, { saved: 'true' })
  assert.equal((await server.enterPassword(browser, email, { prompt: 'login' })).url.pathname, '/u/mfa-otp-challenge')
})

test('of two logins at once with one recovery code, one goes on', async () => {
  const { email, recoveryCode } = await newProtectedUser()
  const browsers = [server.browser(), server.browser()]
  const pages = await Promise.all(
    browsers.map(async browser => browser.visit(toRecovery(await server.enterPassword(browser, email)))),
  )
  const ends = await Promise.all(
    browsers.map((browser, index) => browser.submit(pages[index] as Visit, { code: recoveryCode })), // as many as browsers
  )
  assert.equal(ends.filter(({ url }) => url.pathname === '/u/mfa-recovery-code-enrollment').length, 1)
  assert.equal(ends.filter(isCallback).length, 0)
})

test('what is no recovery code costs no attempt', async () => {
  const { email, recoveryCode } = await newProtectedUser()
  const browser = server.browser()
  const recovery = await browser.visit(toRecovery(await server.enterPassword(browser, email)))
  for (let attempt = 0; attempt < 7; attempt += 1) {
    assert.match((await browser.submit(recovery, { code: '123456' })).body, /24 letters and digits/)
  }
  assert.equal((await browser.submit(recovery, { code: recoveryCode })).url.pathname, '/u/mfa-recovery-code-enrollment')
})
