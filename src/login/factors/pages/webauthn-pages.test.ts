import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Browser, Visit } from '../../../../test/kit/browser.ts'
import { type FactorServer, startFactorServer, webauthnOptionsOf } from '../../../../test/kit/factor-login.ts'
import { isCallback } from '../../../../test/kit/relying-party.ts'
import {
  type CreationRequest,
  createSoftwareAuthenticator,
  type Deviation,
  FLAG,
  type SoftwareAuthenticator,
  type UseRequest,
} from '../../../cli/demo/software-authenticator.ts'

type WebauthnFactor = 'webauthn-roaming' | 'webauthn-platform'

let server: FactorServer

before(async () => {
  server = await startFactorServer()
})

beforeEach(() => {
  server.wishes.multiFactor = undefined
  server.takeEvents()
})

after(() => server?.[Symbol.asyncDispose]())

const origin = () => new URL(server.address).origin

/** A user with one WebAuthn factor and no recovery code. */
const enroll = async (factor: WebauthnFactor, deviation: Deviation = {}) => {
  server.wishes.factors = { purpose: 'enrollment', choose: 'first', factors: [factor] }
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await server.enterPassword(browser, email)
  assert.equal(page.url.pathname, `/u/mfa-${factor}-enrollment`)
  const authenticator = createSoftwareAuthenticator(origin())
  const made = authenticator.create(webauthnOptionsOf<CreationRequest>(page), deviation)
  const end = await browser.submit(page, { response: JSON.stringify(made) })
  assert.ok(isCallback(end), end.body)
  server.wishes.factors = { purpose: 'challenge', choose: 'first', factors: [factor] }
  return { email, authenticator, page }
}

const use = (browser: Browser, page: Visit, authenticator: SoftwareAuthenticator, deviation: Deviation = {}) =>
  browser.submit(page, {
    response: JSON.stringify(authenticator.use(webauthnOptionsOf<UseRequest>(page), deviation)),
  })

test('a security key is set up and proves the second factor', async () => {
  const { email, authenticator } = await enroll('webauthn-roaming')
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  assert.equal(page.url.pathname, '/u/mfa-webauthn-roaming-challenge')
  assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self';/)
  assert.ok(isCallback(await use(browser, page, authenticator)))
  const types = server
    .takeEvents()
    .map(({ type, details }) => `${type} ${(details?.authenticator as { type?: string })?.type ?? ''}`.trim())
  assert.deepEqual(types, [
    'gd_start_enroll webauthn-roaming',
    'gd_enrollment_complete webauthn-roaming',
    's',
    'gd_start_auth webauthn-roaming',
    'gd_auth_succeed webauthn-roaming',
    's',
  ])
})

test('the key of this device needs to be unlocked, a security key does not', async () => {
  const flags = FLAG.userPresent | FLAG.backupEligible | FLAG.backedUp
  for (const [factor, succeeds] of [
    ['webauthn-roaming', true],
    ['webauthn-platform', false],
  ] as const) {
    const { email, authenticator } = await enroll(factor)
    const browser = server.browser()
    const page = await server.enterPassword(browser, email)
    assert.equal(isCallback(await use(browser, page, authenticator, { flags })), succeeds, factor)
  }
})

test('an answer is taken once: a second tab, a replay and a thief get nothing', async () => {
  const { email, authenticator } = await enroll('webauthn-roaming')
  const [browser, thief] = [server.browser(), server.browser()]
  const [page, other] = [await server.enterPassword(browser, email), await server.enterPassword(thief, email)]
  const response = JSON.stringify(authenticator.use(webauthnOptionsOf<UseRequest>(page)))
  assert.equal((await thief.submit(other, { response })).status, 400, 'the challenge is another login’s')
  const ends = await Promise.all(Array.from({ length: 4 }, () => browser.submit(page, { response })))
  assert.ok(ends.filter(isCallback).length >= 1)
  const reasons = server
    .takeEventsOf('gd_webauthn_challenge_failed')
    .map(({ details }) => JSON.stringify(details?.failure_details))
  assert.match(reasons[0] ?? '', /The challenge is not of this page/)
  for (const reason of reasons.slice(1)) assert.match(reason, /answered before/)
})

test('a counter that does not grow is refused and logged', async () => {
  const { email, authenticator } = await enroll('webauthn-roaming', { signCount: 5 })
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  const again = await use(browser, page, authenticator, { signCount: 5 })
  assert.equal(again.status, 400)
  const [failed] = server.takeEventsOf('gd_webauthn_challenge_failed')
  assert.match(JSON.stringify(failed?.details?.failure_details), /counter value 5/)
  assert.ok(isCallback(await use(browser, again, authenticator, { signCount: 6 })))
})

test('a key of another user, or of another type, proves nothing', async () => {
  const mine = await enroll('webauthn-roaming')
  const theirs = await enroll('webauthn-roaming')
  const device = await enroll('webauthn-platform')
  server.wishes.factors = { purpose: 'challenge', choose: 'first', factors: ['webauthn-roaming'] }
  for (const { authenticator } of [theirs, device]) {
    const browser = server.browser()
    const page = await server.enterPassword(browser, mine.email)
    assert.equal((await use(browser, page, authenticator)).status, 400)
  }
  assert.equal(server.takeEventsOf('gd_webauthn_challenge_failed').length, 2)
})

test('a page that stood open too long gives a new challenge', async () => {
  const { email, authenticator } = await enroll('webauthn-roaming')
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  server.advance(16 * 60)
  const again = await use(browser, page, authenticator)
  assert.equal(again.status, 400)
  assert.ok(isCallback(await use(browser, again, authenticator)))
})

test('what a browser reports is taken by its name only', async () => {
  const { email } = await enroll('webauthn-roaming')
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  const reports = ['showError::{"name":"NotAllowedError"}', 'showError::{"name":"<b>"}', 'showError::[', 'showError::']
  for (const action of reports) assert.equal((await browser.submit(page, { action })).status, 400)
  const codes = server
    .takeEventsOf('gd_webauthn_challenge_failed')
    .map(({ details }) => /"errorCode":"(\w+)"/.exec(JSON.stringify(details))?.[1])
  assert.deepEqual(codes, ['NotAllowedError', 'UnknownError', 'UnknownError', 'UnknownError'])
})

test('an answer that is none is refused', async () => {
  const { email } = await enroll('webauthn-roaming')
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  for (const response of ['', '{}', 'null', '[]', `{"id":"AAAA","response":{"clientDataJSON":"AAAA"}}`]) {
    assert.equal((await browser.submit(page, { response })).status, 400, response)
  }
})

test('a key cannot be set up twice, not even for another account', async () => {
  const { authenticator } = await enroll('webauthn-roaming')
  server.wishes.factors = { purpose: 'enrollment', choose: 'first', factors: ['webauthn-roaming'] }
  const browser = server.browser()
  const page = await server.enterPassword(browser, await server.newUser())
  const made = createSoftwareAuthenticator(origin()).create(webauthnOptionsOf<CreationRequest>(page), {
    credentialId: Buffer.from(authenticator.credentialId ?? '', 'base64url'),
  })
  const answer = await browser.submit(page, { response: JSON.stringify(made) })
  assert.match(answer.body, /This one is set up already/)
})
