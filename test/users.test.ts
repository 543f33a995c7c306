/** Users and connections as administrators change them, as logins meet them: on this server and on another of the same database. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type ActionsTenant, startActionsTenant } from './kit/actions-tenant.ts'
import { authorizeRequest, type Browser, createBrowser, type Visit } from './kit/browser.ts'
import { settingsToJoin, startTestServer, type TestServer } from './kit/server.ts'

const PASSWORD = 'correct horse battery'

let tenant: ActionsTenant
let second: TestServer

before(async () => {
  tenant = await startActionsTenant()
  second = await startTestServer(settingsToJoin(tenant.server))
})

after(async () => {
  await second?.close()
  await tenant?.close()
})

interface User {
  readonly user_id: string
  readonly email: string
  readonly logins_count: number
  readonly user_metadata: Readonly<Record<string, unknown>>
}

let users = 0

const createUser = (): Promise<User> =>
  tenant.api.call<User>('POST', 'users', {
    connection: 'Username-Password-Authentication',
    email: `user-${++users}@example.com`,
    password: PASSWORD,
  })

const pathOf = ({ user_id }: User): string => `users/${encodeURIComponent(user_id)}`

const find = async (q: string): Promise<readonly string[]> => {
  const found = await tenant.api.call<readonly User[]>('GET', `users?q=${encodeURIComponent(q)}`)
  return found.map(({ user_id }) => user_id)
}

/** The first page after the password, or the callback. */
const enter = async (
  browser: Browser,
  { email }: User,
  { party, issuer }: TestServer = tenant.server,
  password = PASSWORD,
): Promise<Visit> => {
  const page = await browser.visit(authorizeRequest(issuer, party.clientId, party.redirectUri).url)
  return page.url.pathname === '/u/login' ? browser.submit(page, { username: email, password }) : page
}

const isLoggedIn = ({ url }: Visit): boolean => url.searchParams.has('code')

test('what an Action writes of a user in a login is found by a search', async () => {
  const [user, stranger] = [await createUser(), await createUser()]
  await tenant.bind(
    'post-login',
    `exports.onExecutePostLogin = async (event, api) => {
      api.user.setUserMetadata('signup_cohort', 'treatment of ' + event.user.email)
      api.user.setAppMetadata('experiment', { variation: 'treatment' })
    }`,
  )
  assert.ok(isLoggedIn(await enter(tenant.browser(), user)))
  await tenant.bind('post-login')
  assert.ok(isLoggedIn(await enter(tenant.browser(), stranger)))
  assert.deepEqual(await find(`user_metadata.signup_cohort:"treatment of ${user.email}"`), [user.user_id])
  assert.deepEqual(await find('app_metadata.experiment.variation:treatment AND logins_count:1'), [user.user_id])
  const { logins_count, user_metadata } = await tenant.api.call<User>('GET', pathOf(user))
  assert.deepEqual([logins_count, user_metadata], [1, { signup_cohort: `treatment of ${user.email}` }])
})

test('who is blocked cannot log in, and who is not any more can', async () => {
  const user = await createUser()
  await tenant.api.call('PATCH', pathOf(user), { blocked: true })
  const refused = await enter(tenant.browser(), user)
  assert.equal(refused.url.searchParams.get('error_description'), 'user is blocked')
  await tenant.api.call('PATCH', pathOf(user), { blocked: false })
  assert.ok(isLoggedIn(await enter(tenant.browser(), user)))
})

/** Logs in with a refresh token, which it returns. */
const openSession = async (browser: Browser, { email }: User): Promise<string> => {
  const request = tenant.authorize({ scope: 'openid offline_access' })
  const page = await browser.visit(request.url)
  const { answer } = await tenant.redeem(await browser.submit(page, { username: email, password: PASSWORD }), request)
  return answer.refresh_token ?? assert.fail('no refresh token')
}

/** Why a refresh token is refused. */
const refusalOf = async (refresh_token: string): Promise<unknown> =>
  (await tenant.token({ grant_type: 'refresh_token', refresh_token })).body.error

test('a new password ends the session and the refresh token that the old one has opened', async () => {
  const [user, browser] = [await createUser(), tenant.browser()]
  const token = await openSession(browser, user)
  assert.equal(await refusalOf(token), undefined)
  assert.ok(isLoggedIn(await browser.visit(tenant.authorize().url)), 'the session goes on')
  await tenant.api.call('PATCH', pathOf(user), { password: 'another fine password' })
  assert.equal((await browser.visit(tenant.authorize().url)).url.pathname, '/u/login')
  assert.equal(await refusalOf(token), 'invalid_grant')
  assert.equal((await enter(tenant.browser(), user)).url.pathname, '/u/login')
  assert.ok(isLoggedIn(await enter(tenant.browser(), user, tenant.server, 'another fine password')))
})

test('a deleted user has no session, no token and no password any more, and the log still knows who it was', async () => {
  const [user, browser] = [await createUser(), tenant.browser()]
  const token = await openSession(browser, user)
  await tenant.api.call('DELETE', pathOf(user))
  assert.equal((await browser.visit(tenant.authorize().url)).url.pathname, '/u/login')
  assert.equal(await refusalOf(token), 'invalid_grant')
  assert.equal((await enter(tenant.browser(), user)).url.pathname, '/u/login')
  assert.deepEqual(await find(`email:${user.email}`), [])
  const events = await tenant.api.call<readonly { type: string }[]>('GET', `${pathOf(user)}/logs`)
  assert.ok(events.some(({ type }) => type === 's'))
})

test('options of a connection are obeyed by the very next login, and by the other server a moment later', async () => {
  const [connection] = await tenant.api.call<readonly { id: string }[]>('GET', 'connections?strategy=auth0')
  const setOptions = (options: object) =>
    tenant.api.call('PATCH', `connections/${connection?.id ?? assert.fail()}`, { options })
  const user = await createUser()
  const here = async () => (await enter(tenant.browser(), user)).url.pathname
  const there = async () => (await enter(createBrowser(second.issuer), user, second)).url.pathname
  const callback = new URL(tenant.server.party.redirectUri).pathname
  assert.deepEqual([await here(), await there()], [callback, callback])

  await setOptions({ passkey_options: { progressive_enrollment_enabled: true } })
  assert.equal(await here(), '/u/passkey-enrollment')
  const deadline = performance.now() + 60_000
  while ((await there()) === callback) {
    assert.ok(performance.now() < deadline, 'the other server is not told')
    await delay(100)
  }
  assert.equal(await there(), '/u/passkey-enrollment')

  await setOptions({ disable_signup: true })
  const page = await tenant.browser().visit(tenant.authorize().url)
  assert.ok(!page.body.includes('/u/signup'))
  assert.equal(await here(), callback)
})
