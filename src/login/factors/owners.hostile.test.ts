import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { type Browser, hiddenFields, type Visit } from '../../../test/kit/browser.ts'
import {
  type FactorServer,
  PASSWORD,
  recoveryCodeOf,
  secretOf,
  startFactorServer,
} from '../../../test/kit/factor-login.ts'
import { isCallback } from '../../../test/kit/relying-party.ts'
import type { LogEvent } from '../../logs/record/log-event.ts'

const ANY = { provider: 'any', allowRememberBrowser: true }

let server: FactorServer

before(async () => {
  server = await startFactorServer()
})

beforeEach(() => {
  server.switches.beforeRecord = async () => {}
  Object.assign(server.wishes, { multiFactor: ANY, factors: undefined, redirect: undefined })
})

after(() => server?.[Symbol.asyncDispose]())

const stateOf = (page: Visit): string => page.url.searchParams.get('state') ?? ''

/** A user with an app and a recovery code. */
const newProtectedUser = async () => {
  const [browser, email] = [server.browser(), await server.newUser()]
  const list = await server.enterPassword(browser, email)
  const page = await browser.visit(new URL(`/u/mfa-otp-enrollment-qr${list.url.search}`, server.address))
  const secret = secretOf(page)
  const saved = await browser.submit(page, { code: server.codeOf(secret, -1) })
  assert.ok(recoveryCodeOf(saved))
  await browser.submit(saved, { saved: 'true' })
  return { email, secret }
}

/** Holds the events of a type back: `reached` when the first one comes, `release` lets all of them through. */
const holdEvent = (type: LogEvent['type']) => {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  server.switches.beforeRecord = async event => {
    if (event.type !== type) return
    reached.resolve()
    await released.promise
  }
  return { reached: reached.promise, release: released.resolve }
}

const rowOf = (state: string) => {
  const hash = createHash('sha256').update(state).digest('base64url')
  return server.database.db
    .selectFrom('oidc_payloads')
    .select(['id_hash', 'payload'])
    .where('model', '=', 'Interaction')
    .where('id_hash', '=', hash)
    .executeTakeFirstOrThrow()
}

/**
 * A transaction in which two users give their passwords. The second resumes the same page as the first, with the
 * cookies from before, as a request does that was sent at the same moment. An interaction is used once, so the test takes
 * that back: a factor has its owner also where a login would be resumed twice.
 */
const beginTwice = async (browser: Browser, first: string) => {
  const page = await browser.visit(server.party.authorize().url)
  const row = await rowOf(stateOf(page))
  const path = `/authorize/${stateOf(page)}`
  const cookie = { earlier: browser.jar.header('/'), resume: browser.jar.header(path) }
  const enter = (username: string, headers: Record<string, string> = {}) =>
    browser.request(page.url, { form: { ...hiddenFields(page.body), username, password: PASSWORD }, headers })
  await enter(first)
  return {
    challenge: await browser.visit(path),
    async again(second: string): Promise<Visit> {
      await server.database.db
        .updateTable('oidc_payloads')
        .set({ payload: JSON.stringify(row.payload), consumed_at: null })
        .where('model', '=', 'Interaction')
        .where('id_hash', '=', row.id_hash)
        .execute()
      await enter(second, { cookie: cookie.earlier })
      return browser.visit(path, { headers: { cookie: cookie.resume } })
    },
  }
}

const CHALLENGES = {
  'a demanded second factor': { multiFactor: ANY, factors: undefined },
  'a challenge of an Action': {
    multiFactor: undefined,
    factors: { purpose: 'challenge', choose: 'first', factors: ['otp', 'recovery-code'] },
  },
} as const

for (const [name, wishes] of Object.entries(CHALLENGES)) {
  test(`${name}: what one user proves does not let another through who has resumed the same transaction`, async () => {
    const [attacker, victim] = [await newProtectedUser(), await newProtectedUser()]
    Object.assign(server.wishes, wishes)
    const browser = server.browser()
    const { challenge, again } = await beginTwice(browser, attacker.email)
    assert.equal(challenge.url.pathname, '/u/mfa-otp-challenge')
    const held = holdEvent('gd_auth_succeed')
    const own = browser.submit(challenge, { code: server.codeOf(attacker.secret) })
    await held.reached
    const stolen = await again(victim.email)
    assert.equal(stolen.url.pathname, '/u/mfa-otp-challenge')
    held.release()
    await own
    const page = await browser.visit(stolen.url)
    assert.equal(page.url.pathname, '/u/mfa-otp-challenge', 'the victim’s login waits for the victim’s own factor')
    assert.match(page.body, new RegExp(victim.email))
    const resumed = await browser.visit(`/authorize/${stateOf(stolen)}`)
    assert.ok(!resumed.url.searchParams.has('code'), resumed.url.href)
  })
}

test('a form that was on its way when its wait was over does not end the wait that followed', async () => {
  const wishes = {
    multiFactor: undefined,
    redirect: `${server.address}u/passkey-enrollment`,
    factors: { purpose: 'enrollment', choose: 'first', factors: ['otp'] },
  }
  Object.assign(server.wishes, wishes)
  const [browser, email] = [server.browser(), await server.newUser()]
  const offer = await server.enterPassword(browser, email)
  assert.equal(offer.url.pathname, '/u/passkey-enrollment')
  const decline = { action: 'abort-passkey-enrollment' }
  const held = holdEvent('passkey_enrollment_declined')
  const late = browser.submit(offer, decline)
  await held.reached
  server.switches.beforeRecord = async () => {}
  const next = await browser.submit(offer, decline)
  assert.equal(next.url.pathname, '/u/mfa-otp-enrollment-qr')
  held.release()
  await late
  const page = await browser.visit(next.url)
  assert.equal(page.url.pathname, '/u/mfa-otp-enrollment-qr', 'the Action still waits for an enrollment')
  assert.ok(isCallback(await browser.submit(page, { code: server.codeOf(secretOf(page)) })))
})
