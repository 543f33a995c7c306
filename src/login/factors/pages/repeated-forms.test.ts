/** Forms of second factors and passkeys that are sent twice, at once and one after the other. */

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type Browser, hiddenFields, type Visit } from '../../../../test/kit/browser.ts'
import {
  type FactorServer,
  recoveryCodeOf,
  secretOf,
  startFactorServer,
  webauthnOptionsOf,
} from '../../../../test/kit/factor-login.ts'
import { isCallback } from '../../../../test/kit/relying-party.ts'
import {
  type CreationRequest,
  createSoftwareAuthenticator,
  type UseRequest,
} from '../../../cli/demo/software-authenticator.ts'
import type { LogEvent } from '../../../logs/record/log-event.ts'

let server: FactorServer

before(async () => {
  server = await startFactorServer()
})

beforeEach(() => {
  server.switches.beforeRecord = async () => {}
  Object.assign(server.wishes, { multiFactor: undefined, factors: undefined, redirect: undefined })
  server.takeEvents()
})

after(() => server?.[Symbol.asyncDispose]())

const origin = () => new URL(server.address).origin

const send = (browser: Browser, page: Visit, fields: Record<string, string>): Promise<Visit> =>
  browser.request(page.url, { form: { ...hiddenFields(page.body), ...fields } })

/** Holds the first event of a type back: `reached` when it comes, `release` lets it through. */
const holdEvent = (type: LogEvent['type']) => {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let isFirst = true
  server.switches.beforeRecord = async event => {
    if (event.type !== type || !isFirst) return
    isFirst = false
    reached.resolve()
    await released.promise
  }
  return { reached: reached.promise, release: released.resolve }
}

/** Ends a login at the callback, on whichever page it is; a new recovery code is taken. */
const toEnd = async (browser: Browser, at: Visit): Promise<Visit> =>
  at.url.pathname === '/u/mfa-recovery-code-enrollment' ? browser.submit(at, { saved: 'true' }) : at

/**
 * Sends a form a second time while the first is at work and stands still before `event`, and once more when the login is
 * over. The others are led on: nothing is refused, and nothing happens twice.
 */
const sendRepeatedly = async (
  browser: Browser,
  page: Visit,
  { fields, event }: { readonly fields: Record<string, string>; readonly event: LogEvent['type'] },
): Promise<readonly string[]> => {
  server.takeEvents()
  const held = holdEvent(event)
  const first = browser.submit(page, fields)
  await held.reached
  const second = await send(browser, page, fields)
  assert.equal(second.status, 303, second.body)
  held.release()
  const end = await toEnd(browser, await first)
  assert.ok(isCallback(end) && end.url.searchParams.has('code'), end.body)
  for (const late of [await send(browser, page, fields), await browser.visit(second.headers.get('location') ?? '')]) {
    assert.equal(late.headers.get('location'), null)
    assert.match(late.body, /<h1>You are logged in<\/h1>/)
  }
  return server.takeEvents().map(({ type }) => type)
}

const ANY = { provider: 'any', allowRememberBrowser: true }

/** A user with an app and a recovery code. */
const newProtectedUser = async () => {
  server.wishes.multiFactor = ANY
  const [browser, email] = [server.browser(), await server.newUser()]
  const list = await server.enterPassword(browser, email)
  const page = await browser.visit(new URL(`/u/mfa-otp-enrollment-qr${list.url.search}`, server.address))
  const secret = secretOf(page)
  const saved = await browser.submit(page, { code: server.codeOf(secret, -1) })
  const recoveryCode = recoveryCodeOf(saved)
  assert.ok(isCallback(await browser.submit(saved, { saved: 'true' })))
  return { email, secret, recoveryCode }
}

test('a code of an app', async () => {
  const { email, secret } = await newProtectedUser()
  const browser = server.browser()
  const page = await server.enterPassword(browser, email)
  const sent = { fields: { code: server.codeOf(secret) }, event: 'gd_auth_succeed' } as const
  assert.deepEqual(await sendRepeatedly(browser, page, sent), ['gd_auth_succeed', 's'])
})

test('a recovery code', async () => {
  const { email, recoveryCode } = await newProtectedUser()
  const browser = server.browser()
  const challenge = await server.enterPassword(browser, email)
  const page = await browser.visit(new URL(`/u/mfa-recovery-code-challenge${challenge.url.search}`, server.address))
  const sent = { fields: { code: recoveryCode }, event: 'gd_recovery_succeed' } as const
  assert.deepEqual(await sendRepeatedly(browser, page, sent), [
    'gd_recovery_succeed',
    'gd_start_enroll',
    'gd_enrollment_complete',
    's',
  ])
})

test('two right codes at the same moment, of one app and of two factors', async () => {
  const { email, secret, recoveryCode } = await newProtectedUser()
  server.advance(60)
  const app = { path: '/u/mfa-otp-challenge', code: server.codeOf(secret, -1) }
  for (const other of [
    { path: '/u/mfa-otp-challenge', code: server.codeOf(secret) },
    { path: '/u/mfa-recovery-code-challenge', code: recoveryCode },
  ]) {
    const browser = server.browser()
    const { url } = await server.enterPassword(browser, email)
    const pages = [app, other].map(({ path }) => browser.visit(new URL(path + url.search, server.address)))
    const [page, otherPage] = await Promise.all(pages)
    assert.ok(page && otherPage)
    server.takeEvents()
    const held = holdEvent('gd_auth_succeed')
    const first = browser.submit(page, { code: app.code })
    await held.reached
    const second = await send(browser, otherPage, { code: other.code })
    assert.equal(second.status, 303, second.body)
    held.release()
    const end = await first
    assert.ok(isCallback(end) && end.url.searchParams.has('code'), end.body)
    assert.deepEqual(
      server.takeEvents().map(({ type }) => type),
      ['gd_auth_succeed', 's'],
    )
    server.advance(90)
    app.code = server.codeOf(secret, -1)
  }
})

test('a code that another login has used is refused and counted, also where another was used before', async () => {
  const { email, secret } = await newProtectedUser()
  const [mine, other] = [server.browser(), server.browser()]
  const [page, otherPage] = [await server.enterPassword(mine, email), await server.enterPassword(other, email)]
  const code = server.codeOf(secret)
  assert.ok(isCallback(await mine.submit(page, { code })))
  server.takeEvents()
  const refused = await send(other, otherPage, { code })
  assert.equal(refused.status, 400)
  assert.match(refused.body, /This code is wrong, or was used before/)
  assert.deepEqual(
    server.takeEvents().map(({ type }) => type),
    ['gd_auth_failed'],
  )
})

test('right codes that come twice do not use attempts up', async () => {
  const { email, secret } = await newProtectedUser()
  for (let round = 0; round < 6; round += 1) {
    server.advance(30)
    const browser = server.browser()
    const page = await server.enterPassword(browser, email)
    const fields = { code: server.codeOf(secret) }
    const answers = await Promise.all([send(browser, page, fields), send(browser, page, fields)])
    assert.deepEqual(
      answers.map(({ status }) => status),
      [303, 303],
    )
  }
})

test('the code that sets an app up', async () => {
  server.wishes.factors = { purpose: 'enrollment', choose: 'first', factors: ['otp'] }
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await server.enterPassword(browser, email)
  const sent = { fields: { code: server.codeOf(secretOf(page)) }, event: 'gd_enrollment_complete' } as const
  assert.deepEqual(await sendRepeatedly(browser, page, sent), ['gd_enrollment_complete', 's'])
})

test('a recovery code that was saved', async () => {
  server.wishes.multiFactor = ANY
  const [browser, email] = [server.browser(), await server.newUser()]
  const list = await server.enterPassword(browser, email)
  const app = await browser.visit(new URL(`/u/mfa-otp-enrollment-qr${list.url.search}`, server.address))
  const page = await browser.submit(app, { code: server.codeOf(secretOf(app)) })
  assert.equal(page.url.pathname, '/u/mfa-recovery-code-enrollment')
  const sent = { fields: { saved: 'true' }, event: 'gd_enrollment_complete' } as const
  assert.deepEqual(await sendRepeatedly(browser, page, sent), ['gd_enrollment_complete', 's'])
})

test('a security key that is set up, and one that proves', async () => {
  server.wishes.factors = { purpose: 'enrollment', choose: 'first', factors: ['webauthn-roaming'] }
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await server.enterPassword(browser, email)
  const authenticator = createSoftwareAuthenticator(origin())
  const made = JSON.stringify(authenticator.create(webauthnOptionsOf<CreationRequest>(page)))
  const setUp = { fields: { response: made }, event: 'gd_enrollment_complete' } as const
  assert.deepEqual(await sendRepeatedly(browser, page, setUp), ['gd_enrollment_complete', 's'])

  server.wishes.factors = { purpose: 'challenge', choose: 'first', factors: ['webauthn-roaming'] }
  const again = server.browser()
  const challenge = await server.enterPassword(again, email)
  const used = JSON.stringify(authenticator.use(webauthnOptionsOf<UseRequest>(challenge)))
  const proof = { fields: { response: used }, event: 'gd_auth_succeed' } as const
  assert.deepEqual(await sendRepeatedly(again, challenge, proof), ['gd_auth_succeed', 's'])
})

test('a passkey that is created, one that logs in, and a prompt that is declined', async () => {
  server.wishes.redirect = `${server.address}u/passkey-enrollment`
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await server.enterPassword(browser, email)
  const authenticator = createSoftwareAuthenticator(origin())
  const passkey = JSON.stringify(authenticator.create(webauthnOptionsOf<CreationRequest>(page)))
  const sent = await Promise.all([send(browser, page, { passkey }), send(browser, page, { passkey })])
  assert.deepEqual(
    sent.map(({ status }) => status),
    [303, 303],
  )
  assert.ok(isCallback(await browser.visit(sent[0]?.headers.get('location') ?? '')))
  const types = server.takeEvents().map(({ type }) => type)
  assert.deepEqual(types, ['gd_start_enroll', 'gd_enrollment_complete', 's'])

  server.wishes.redirect = undefined
  const visitor = server.browser()
  const { pathname, search } = server.party.authorize().url
  const login = await visitor.visit(new URL(pathname + search, server.address))
  const answer = JSON.stringify(authenticator.use(webauthnOptionsOf<UseRequest>(login)))
  const logins = await Promise.all([
    send(visitor, login, { passkey: answer }),
    send(visitor, login, { passkey: answer }),
  ])
  assert.ok(logins.every(({ status, body }) => status === 303 || /Your login is under way/.test(body)))
  assert.ok(isCallback(await visitor.visit(login.url)), 'the page leads to where its login is')
  assert.match((await send(visitor, login, { passkey: answer })).body, /You are logged in/)
  assert.deepEqual(
    server.takeEvents().map(({ type }) => type),
    ['s'],
  )

  server.wishes.redirect = `${server.address}u/passkey-enrollment`
  const [shy, shyEmail] = [server.browser(), await server.newUser()]
  const offer = await server.enterPassword(shy, shyEmail)
  const decline = { fields: { action: 'abort-passkey-enrollment' }, event: 'passkey_enrollment_declined' } as const
  assert.deepEqual(await sendRepeatedly(shy, offer, decline), ['passkey_enrollment_declined', 's'])
})
