import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import type { Browser, Visit } from '../../../../test/kit/browser.ts'
import {
  type FactorServer,
  PASSWORD,
  recoveryCodeOf,
  secretOf,
  startFactorServer,
} from '../../../../test/kit/factor-login.ts'
import { ASSIGNMENT, outcomeOf } from '../../../../test/kit/login-server.ts'
import { isCallback } from '../../../../test/kit/relying-party.ts'
import type { LoginConfig } from '../../http/login-config.ts'

const ANY = { provider: 'any', allowRememberBrowser: true }

let server: FactorServer

before(async () => {
  server = await startFactorServer()
})

beforeEach(() => {
  server.wishes.multiFactor = ANY
  server.takeEvents()
})

after(() => server?.[Symbol.asyncDispose]())

/** Sets an app up in the first login of a user; what is left of it are the secret and the recovery code. */
const enroll = async (
  browser: Browser,
  email: string,
): Promise<{ secret: string; recoveryCode: string; end: Visit }> => {
  const list = await server.enterPassword(browser, email)
  const page = await browser.visit(new URL(`/u/mfa-otp-enrollment-qr${list.url.search}`, server.address))
  const secret = secretOf(page)
  // One step back, so that the test's next code is a later one.
  const saved = await browser.submit(page, { code: server.codeOf(secret, -1) })
  const recoveryCode = recoveryCodeOf(saved)
  return { secret, recoveryCode, end: await browser.submit(saved, { saved: 'true' }) }
}

test('a user without a second factor chooses one, sets it up, saves a recovery code and is logged in', async () => {
  server.switches.assign = async () => outcomeOf(ASSIGNMENT)
  const browser = server.browser()
  const list = await server.enterPassword(browser, await server.newUser())
  assert.equal(list.url.pathname, '/u/mfa-begin-enroll-options')
  for (const path of ['otp-enrollment-qr', 'webauthn-platform-enrollment', 'webauthn-roaming-enrollment']) {
    assert.ok(list.body.includes(`href="/u/mfa-${path}?state=`), path)
  }
  const { end } = await enroll(browser, await server.newUser())
  assert.ok(isCallback(end), end.body)
  server.switches.assign = async () => outcomeOf()
  const events = server.takeEvents().filter(({ type }) => type.startsWith('gd_') || type === 's')
  assert.deepEqual(
    events.map(({ type, details }) => [type, (details?.authenticator as { type?: string } | undefined)?.type]),
    [
      ['gd_start_enroll', 'otp'],
      ['gd_enrollment_complete', 'otp'],
      ['gd_start_enroll', 'recovery-code'],
      ['gd_enrollment_complete', 'recovery-code'],
      ['s', undefined],
    ],
  )
  for (const event of events) {
    assert.equal(event.experiment?.variation_id, 'var_t', event.type)
    assert.equal(event.details?.transaction_id, events[0]?.details?.transaction_id, event.type)
    assert.equal(event.details?.session_id, events[0]?.details?.session_id, event.type)
    assert.ok(event.user_id && event.client_id, event.type)
  }
})

test('who is not the one that the page names starts over, and the application gets an answer to its own request', async () => {
  const browser = server.browser()
  const email = await server.newUser()
  const page = await server.enterPassword(browser, await server.newUser(), { login_hint: 'someone@example.com' })
  const [, address = ''] = /<a href="([^"]*)">Not you\? Start over<\/a>/.exec(page.body) ?? []
  const begun = await browser.visit(address.replaceAll('&amp;', '&'))
  assert.equal(begun.url.pathname, '/u/login')
  assert.ok(!begun.body.includes('someone@example.com'), 'no account is suggested')
  server.wishes.multiFactor = undefined
  const end = await browser.submit(begun, { username: email, password: PASSWORD })
  assert.ok(isCallback(end), end.body)
  assert.equal(end.url.searchParams.get('state'), new URLSearchParams(address.replaceAll('&amp;', '&')).get('state'))
  assert.equal(server.takeEvents().findLast(({ type }) => type === 's')?.user_name, email)
})

test('an app on the same device is opened with what the QR code says', async () => {
  const browser = server.browser()
  const email = await server.newUser()
  const list = await server.enterPassword(browser, email)
  const page = await browser.visit(new URL(`/u/mfa-otp-enrollment-qr${list.url.search}`, server.address))
  const [, address = ''] = /<a href="(otpauth:[^"]*)">/.exec(page.body) ?? []
  const url = new URL(address.replaceAll('&amp;', '&'))
  assert.equal(url.searchParams.get('secret'), secretOf(page).replaceAll(' ', ''))
  assert.match(decodeURIComponent(url.pathname), new RegExp(email))
})

test('a login with a second factor says so in its event', async () => {
  const browser = server.browser()
  const email = await server.newUser()
  const { secret } = await enroll(browser, email)
  server.takeEvents()
  const page = await server.enterPassword(server.browser(), email, { prompt: 'login' })
  assert.equal(page.url.pathname, '/u/mfa-otp-challenge')
  assert.match(page.body, new RegExp(email))
  const other = server.browser()
  const challenge = await server.enterPassword(other, email)
  assert.ok(isCallback(await other.submit(challenge, { code: ` ${server.codeOf(secret).replace(/(...)/, '$1 ')}` })))
  const success = server.takeEvents().find(({ type }) => type === 's')
  const prompts = success?.details?.prompts as { name: string; performed_amr?: string[]; performed_acr?: string[] }[]
  assert.deepEqual(
    prompts.map(({ name }) => name),
    ['prompt-authenticate', 'mfa', 'login'],
  )
  assert.deepEqual(prompts[1]?.performed_amr, ['mfa', 'otp'])
  assert.deepEqual(prompts[1]?.performed_acr, ['http://schemas.openid.net/pape/policies/2007/06/multi-factor'])
})

test('a code is good once, also for one who looks over a shoulder', async () => {
  const email = await server.newUser()
  const { secret } = await enroll(server.browser(), email)
  const [browser, thief] = [server.browser(), server.browser()]
  const [page, stolen] = [await server.enterPassword(browser, email), await server.enterPassword(thief, email)]
  const code = server.codeOf(secret)
  server.takeEvents()
  const ends = await Promise.all([browser.submit(page, { code }), thief.submit(stolen, { code })])
  assert.equal(ends.filter(isCallback).length, 1)
  const refused = ends.find(end => !isCallback(end))
  assert.equal(refused?.status, 400)
  assert.match(refused?.body ?? '', /role="alert">This code is wrong, or was used before/)
  const [failed] = server.takeEventsOf('gd_auth_failed')
  assert.deepEqual(failed?.details?.failure_details, { errorCode: 'invalid_code', message: 'The code is wrong.' })
  assert.ok(!JSON.stringify(server.events).includes(code), 'a code in the log')
  assert.ok(!JSON.stringify(server.events).includes(secret), 'a secret in the log')
  assert.ok(!JSON.stringify(failed).includes(page.url.searchParams.get('state') ?? 'x'), 'a state in the log')
})

test('five wrong codes, however many at once, and no more are looked at for a while, not even the right one', async () => {
  const email = await server.newUser()
  const { secret, recoveryCode } = await enroll(server.browser(), email)
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  const right = server.codeOf(secret)
  const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0')
  server.takeEvents()
  const answers = await Promise.all(Array.from({ length: 12 }, () => browser.submit(page, { code: wrong })))
  assert.equal(answers.filter(({ status }) => status === 400).length, 5)
  assert.equal(answers.filter(({ status }) => status === 429).length, 7)
  const blocked = await browser.submit(page, { code: right })
  assert.equal(blocked.status, 429)
  assert.ok(Number(blocked.headers.get('retry-after')) > 800)
  assert.match(blocked.body, /Try again in 1[56] minutes/)
  assert.equal(server.takeEventsOf('gd_otp_rate_limit_exceed').length, 8)
  const recovery = await browser.visit(new URL(`/u/mfa-recovery-code-challenge${page.url.search}`, server.address))
  const saved = await browser.submit(recovery, { code: recoveryCode })
  assert.ok(isCallback(await browser.submit(saved, { saved: 'true' })), 'the recovery code is the way out')
})

test('a slip of the finger is no attempt', async () => {
  const email = await server.newUser()
  await enroll(server.browser(), email)
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  server.takeEvents()
  for (let attempt = 0; attempt < 7; attempt += 1) {
    const answer = await browser.submit(page, { code: '12345' })
    assert.equal(answer.status, 400)
    assert.match(answer.body, /Enter the six digits/)
  }
  assert.deepEqual(server.takeEvents(), [])
})

test('a page that is loaded again shows the same secret; a wrong code does not set anything up', async () => {
  const browser = server.browser()
  const email = await server.newUser()
  const list = await server.enterPassword(browser, email)
  const url = new URL(`/u/mfa-otp-enrollment-qr${list.url.search}`, server.address)
  const secret = secretOf(await browser.visit(url))
  const page = await browser.visit(url)
  assert.equal(secretOf(page), secret)
  assert.match(page.body, /<svg class="qr" viewBox="0 0 \d+ \d+" role="img"/)
  const answer = await browser.submit(page, { code: server.codeOf(secret, 5) })
  assert.equal(answer.status, 400)
  assert.equal(secretOf(answer), secret)
  const { rows } = await sql<{ count: string }>`select count(*) from authentication_methods m join users u
    using (tenant_id, user_id) where u.email = ${email}`.execute(server.database.db)
  assert.equal(rows[0]?.count, '0')
})

test('the database holds no secret and no code that could be used', async () => {
  const { secret, recoveryCode } = await enroll(server.browser(), await server.newUser())
  const { rows } = await sql<{ row: string }>`
    select row_to_json(m)::text as row from authentication_methods m
    union all select row_to_json(r)::text from factor_requests r`.execute(server.database.db)
  const everything = rows.map(({ row }) => row).join('\n')
  assert.ok(everything.length > 500)
  for (const text of [secret, recoveryCode, recoveryCode.replaceAll('-', '')]) assert.ok(!everything.includes(text))
})

test('a browser is remembered when the Action allows it and the person says so, and for no other user', async () => {
  const email = await server.newUser()
  const { secret } = await enroll(server.browser(), email)
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  assert.match(page.body, /name="rememberBrowser" value="true"/)
  assert.ok(isCallback(await browser.submit(page, { code: server.codeOf(secret), rememberBrowser: 'true' })))
  const again = { prompt: 'login' }
  assert.ok(isCallback(await server.enterPassword(browser, email, again)))
  assert.equal(
    (await server.enterPassword(browser, await server.newUser(), again)).url.pathname,
    '/u/mfa-begin-enroll-options',
  )
  server.wishes.multiFactor = { provider: 'any', allowRememberBrowser: false }
  const strict = await server.enterPassword(browser, email, again)
  assert.equal(strict.url.pathname, '/u/mfa-otp-challenge')
  assert.ok(!strict.body.includes('rememberBrowser'))
  server.wishes.multiFactor = ANY
  await sql`delete from authentication_methods m using users u
    where u.user_id = m.user_id and u.email = ${email} and m.type = 'totp'`.execute(server.database.db)
  const forgotten = await server.enterPassword(browser, email, again)
  assert.equal(forgotten.url.pathname, '/u/mfa-recovery-code-challenge', 'the browser is forgotten with the method')
})

test('the wish to be remembered counts only where it was offered', async () => {
  const email = await server.newUser()
  const { secret } = await enroll(server.browser(), email)
  server.wishes.multiFactor = { provider: 'any', allowRememberBrowser: false }
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  const code = server.codeOf(secret)
  assert.ok(isCallback(await browser.submit(page, { code, rememberBrowser: 'true' })))
  server.wishes.multiFactor = ANY
  assert.equal((await server.enterPassword(browser, email, { prompt: 'login' })).url.pathname, '/u/mfa-otp-challenge')
})

test('how many wrong codes are too many can be set, and switched off', async () => {
  const answersWith = async (limitFactors: LoginConfig['limitFactors']): Promise<readonly number[]> => {
    await using other = await startFactorServer({ config: { limitFactors } })
    other.wishes.multiFactor = ANY
    const browser = other.browser()
    const email = await other.newUser()
    const list = await other.enterPassword(browser, email)
    const setUp = await browser.visit(new URL(`/u/mfa-otp-enrollment-qr${list.url.search}`, other.address))
    await browser.submit(setUp, { code: other.codeOf(secretOf(setUp), -1) })
    const guesser = other.browser()
    const page = await other.enterPassword(guesser, email)
    const statuses: number[] = []
    for (let n = 0; n < 8; n += 1) statuses.push((await guesser.submit(page, { code: '000000' })).status)
    return statuses
  }
  assert.deepEqual(await answersWith({ failures: 2, seconds: 60 }), [400, 400, 429, 429, 429, 429, 429, 429])
  assert.deepEqual(await answersWith('off'), [400, 400, 400, 400, 400, 400, 400, 400])
})
