/** What post-login Actions can do to a login, through the public doors. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { type ActionsTenant, type Logged, startActionsTenant } from './kit/actions-tenant.ts'

let tenant: ActionsTenant

before(async () => {
  tenant = await startActionsTenant()
})

after(() => tenant?.close())

const postLogin = (body: string): string => `exports.onExecutePostLogin = async (event, api) => {\n${body}\n}`

/** The only event of a type since the last look at the log. */
const onlyEvent = async (type: string): Promise<Logged> => {
  const found = (await tenant.events()).filter(event => event.type === type)
  const [event, ...others] = found
  assert.ok(event && others.length === 0, `one ${type} of ${JSON.stringify(found)}`)
  return event
}

interface Execution {
  readonly id: string
  readonly trigger_id: string
  readonly status: string
  readonly results: readonly {
    readonly action_name: string
    readonly logs?: string
    readonly error?: { readonly id: string }
  }[]
}

const executionsOf = async ({ details }: Logged): Promise<readonly Execution[]> => {
  const { executions } = details.actions as { executions: string[] } // the shape that the wire documents
  return Promise.all(executions.map(id => tenant.api.call<Execution>('GET', `actions/executions/${id}`)))
}

/** What a login that ended without a code said to the application. */
const refusalOf = async (parameters: Record<string, string> = {}, browser = tenant.browser()) => {
  const { url } = await tenant.visit(browser, tenant.authorize(parameters))
  assert.equal(url.searchParams.get('code'), null)
  return { error: url.searchParams.get('error'), description: url.searchParams.get('error_description') }
}

const MANAGEMENT = (): string => `${tenant.server.issuer}api/v2/`

test('claims reach the ID token and the access token; those of the protocol stay', async () => {
  await tenant.bind(
    'post-login',
    postLogin(`api.idToken.setCustomClaim('https://example.com/plan', {name: 'gold', seats: 3})
      api.idToken.setCustomClaim('team', 'blue')
      for (const name of ['sub', 'iss', 'aud', 'exp', 'nonce', 'sid']) api.idToken.setCustomClaim(name, 'x')
      for (const name of ['sub', 'azp', 'scope', 'permissions', 'gty']) api.accessToken.setCustomClaim(name, 'x')
      api.accessToken.setCustomClaim('https://example.com/plan', 'gold')
      api.accessToken.setCustomClaim('team', 'blue')`),
  )
  const { idToken, answer } = await tenant.logIn(tenant.browser(), { audience: MANAGEMENT() })
  assert.deepEqual(idToken['https://example.com/plan'], { name: 'gold', seats: 3 })
  assert.equal(idToken.team, 'blue')
  for (const name of ['sub', 'iss', 'aud', 'exp', 'nonce', 'sid']) assert.notEqual(idToken[name], 'x', name)
  const access = decodeJwt(String(answer.access_token))
  assert.equal(access['https://example.com/plan'], 'gold')
  assert.equal(access.team, undefined, 'our own API takes no claims without a namespace')
  for (const name of ['sub', 'azp', 'scope', 'permissions', 'gty']) assert.notEqual(access[name], 'x', name)
})

test('scopes are added and taken away, but no token gets power over the tenant', async () => {
  await tenant.bind(
    'post-login',
    postLogin(`api.accessToken.addScope('delete:users'); api.accessToken.removeScope('email')`),
  )
  const own = await tenant.logIn(tenant.browser(), { scope: 'openid email' })
  assert.deepEqual(own.answer.scope?.split(' '), ['openid', 'delete:users'])
  const management = await tenant.logIn(tenant.browser(), { audience: MANAGEMENT(), scope: 'openid email' })
  assert.equal(decodeJwt(String(management.answer.access_token)).scope, 'openid')
})

test('a refusal reaches the application with its reason, and is logged with its execution', async () => {
  await tenant.events()
  await tenant.bind('post-login', postLogin(`api.access.deny('not today')`), postLogin(`throw new Error('never run')`))
  assert.deepEqual(await refusalOf(), { error: 'access_denied', description: 'not today' })
  const event = await onlyEvent('f')
  assert.equal(event.description, 'not today')
  const [execution] = await executionsOf(event)
  assert.deepEqual([execution?.trigger_id, execution?.status, execution?.results.length], ['post-login', 'final', 1])
})

test('what an Action writes to its console in a login is read with its execution', async () => {
  await tenant.bind('post-login', postLogin(`console.log('for', event.user.email)`), postLogin(''))
  await tenant.events()
  await tenant.logIn(tenant.browser())
  const [execution] = await executionsOf(await onlyEvent('s'))
  const { email } = tenant.server.credentials.admin
  assert.deepEqual(
    execution?.results.map(({ logs }) => logs),
    [`for ${email}`, undefined],
  )
})

test('a validation error is invalid_request with the message', async () => {
  await tenant.bind('post-login', postLogin(`api.validation.error('too_young', 'You are too young.')`))
  await tenant.events()
  assert.deepEqual(await refusalOf(), { error: 'invalid_request', description: 'You are too young.' })
  const { details } = await onlyEvent('f')
  assert.deepEqual(details.error, {
    message: 'You are too young.',
    oauthError: 'invalid_request',
    payload: { code: 'too_young', message: 'You are too young.' },
  })
})

test('an Action that throws fails the login; the log names it, its version and its error', async () => {
  await tenant.events()
  const [id] = await tenant
    .bind(
      'post-login',
      postLogin(`api.user.setUserMetadata('half', 'done')`),
      postLogin(`throw new TypeError('no such thing')`),
    )
    .then(([, second]) => [second])
  const { error, description } = await refusalOf()
  assert.equal(error, 'access_denied')
  assert.doesNotMatch(description ?? '', /no such thing/, 'what went wrong inside is for the tenant')
  const events = await tenant.events()
  const failed = events.find(({ type }) => type === 'actions_execution_failed')
  assert.equal(failed?.details.action_id, id)
  assert.equal(failed?.details.error_class, 'action_error')
  assert.equal(failed?.details.trigger_id, 'post-login')
  assert.match(JSON.stringify(failed?.details.action_error), /TypeError.*no such thing/)
  for (const name of ['version_id', 'binding_id', 'execution_id', 'session_id', 'transaction_id']) {
    assert.equal(typeof failed?.details[name], 'string', name)
  }
  const login = events.find(({ type }) => type === 'f')
  assert.ok(login)
  const [execution] = await executionsOf(login)
  assert.deepEqual(
    execution?.results.map(({ error: failure }) => failure?.id),
    [undefined, 'action_error'],
  )
  const users = await userMetadata()
  assert.equal(users.half, undefined, 'nothing of a failed run is applied')
})

test('an endless loop is stopped and classed, and the next login is served', async () => {
  await tenant.events()
  await tenant.bind('post-login', postLogin(`while (true) {}`))
  assert.equal((await refusalOf()).error, 'access_denied')
  const failed = (await tenant.events()).find(({ type }) => type === 'actions_execution_failed')
  assert.equal(failed?.details.error_class, 'action_timeout')
  await tenant.bind('post-login', postLogin(`api.idToken.setCustomClaim('served', true)`))
  assert.equal((await tenant.logIn(tenant.browser())).idToken.served, true)
})

/** The administrator's metadata, as the next login's Actions read it. */
const userMetadata = async (): Promise<Record<string, unknown>> => {
  await tenant.bind(
    'post-login',
    postLogin(`api.idToken.setCustomClaim('m', {...event.user.user_metadata, app: event.user.app_metadata})`),
  )
  return (await tenant.logIn(tenant.browser())).idToken.m as Record<string, unknown> // the claim of the Action above
}

test('metadata is written once, after the last Action, and also when the login is refused', async () => {
  await tenant.bind(
    'post-login',
    postLogin(
      `api.user.setUserMetadata('colour', 'red'); api.user.setUserMetadata('gone', 1); api.user.setAppMetadata('tier', {n: 1})`,
    ),
    postLogin(
      `api.user.setUserMetadata('colour', 'green'); api.user.setUserMetadata('gone', null); api.access.deny('no')`,
    ),
  )
  assert.equal((await refusalOf()).error, 'access_denied')
  assert.deepEqual(await userMetadata(), { colour: 'green', app: { tier: { n: 1 } } })
})

test('an Action whose metadata finds no place refuses the login with the reason, and nothing of it is written', async () => {
  await tenant.bind('post-login')
  const { sub } = (await tenant.logIn(tenant.browser())).idToken
  const change = (metadata: object) =>
    tenant.api.call('PATCH', `users/${encodeURIComponent(String(sub))}`, { user_metadata: metadata })
  await change({ a: 'x'.repeat(520_000) })
  await change({ b: 'x'.repeat(520_000) })
  await tenant.bind(
    'post-login',
    postLogin(`api.user.setUserMetadata('c', 'x'.repeat(20_000)); api.user.setAppMetadata('tier', 1)`),
  )
  const { error, description } = await refusalOf()
  assert.equal(error, 'access_denied')
  assert.match(description ?? '', /^api\.user: the metadata of a user has at most 1048576 bytes of each kind/)
  const stored = await tenant.api.call<{ user_metadata: object; app_metadata: { tier?: unknown } }>(
    'GET',
    `users/${encodeURIComponent(String(sub))}`,
  )
  assert.deepEqual(
    Object.keys(stored.user_metadata)
      .filter(key => key.length === 1)
      .toSorted(),
    ['a', 'b'],
  )
  assert.notEqual(stored.app_metadata.tier, 1)
  await change({ a: null, b: null })
  await tenant.bind('post-login')
})

test('secrets are read by their Action only, and a change of the bindings is in force at once', async () => {
  const code = postLogin(`api.idToken.setCustomClaim('secrets', event.secrets)`)
  await tenant.bind('post-login', { code, secrets: [{ name: 'KEY', value: 'open sesame' }] })
  assert.deepEqual((await tenant.logIn(tenant.browser())).idToken.secrets, { KEY: 'open sesame' })
  await tenant.bind('post-login')
  assert.equal((await tenant.logIn(tenant.browser())).idToken.secrets, undefined)
})

test('the cache of the trigger outlives a login', async () => {
  await tenant.bind(
    'post-login',
    postLogin(`const n = Number(api.cache.get('n')?.value ?? 0) + 1
      api.cache.set('n', String(n))
      api.idToken.setCustomClaim('n', n)`),
  )
  assert.equal((await tenant.logIn(tenant.browser())).idToken.n, 1)
  assert.equal((await tenant.logIn(tenant.browser())).idToken.n, 2)
})

test('the event tells who logs in, where, how and for what', async () => {
  await tenant.bind('post-login', postLogin(`api.idToken.setCustomClaim('event', event)`))
  const browser = tenant.browser({ 'accept-language': 'de-CH, de;q=0.9' })
  const parameters = { audience: MANAGEMENT(), login_hint: 'someone', 'ext-campaign': 'spring' }
  const { event } = (await tenant.logIn(browser, parameters)).idToken
  assert.partialDeepStrictEqual(event, {
    tenant: { id: 'dev' },
    client: { client_id: tenant.server.party.clientId, metadata: {} },
    connection: { name: 'Username-Password-Authentication', strategy: 'auth0' },
    user: { email: tenant.server.credentials.admin.email, identities: [{ provider: 'auth0', isSocial: false }] },
    authorization: { roles: [] },
    authentication: { methods: [{ name: 'pwd' }] },
    resource_server: { identifier: MANAGEMENT() },
    request: { method: 'GET', language: 'de-CH', query: { 'ext-campaign': 'spring' }, body: {}, geoip: {} },
    transaction: { login_hint: 'someone', protocol: 'oidc-basic-profile', response_type: ['code'], metadata: {} },
    session: { clients: [{ client_id: tenant.server.party.clientId }], cookie: { mode: 'persistent' } },
    secrets: {},
    experiment: null,
  })
  assert.ok(!JSON.stringify(event).includes(tenant.server.credentials.admin.password), 'no password')
})

const KINDS = postLogin(`api.idToken.setCustomClaim('protocol', event.transaction.protocol)
  api.idToken.setCustomClaim('refresh', event.refresh_token?.id ?? null)
  if (event.request.query.prompt === 'none') api.idToken.setCustomClaim('silent', true)`)

test('single sign-on, prompt=none and a refresh run them too, each logged with its execution', async () => {
  await tenant.bind('post-login', KINDS)
  const browser = tenant.browser()
  const first = await tenant.logIn(browser, { scope: 'openid offline_access' })
  assert.equal(first.idToken.refresh, null)
  await tenant.events()

  await tenant.logIn(browser)
  assert.equal((await executionsOf(await onlyEvent('s'))).length, 1)

  const silent = await tenant.logIn(browser, { prompt: 'none' })
  assert.equal(silent.idToken.silent, true)
  assert.equal((await executionsOf(await onlyEvent('ssa'))).length, 1)

  const refreshed = await tenant.token({
    grant_type: 'refresh_token',
    refresh_token: String(first.answer.refresh_token),
  })
  const claims = decodeJwt(String(refreshed.body.id_token))
  assert.equal(claims.protocol, 'oauth2-refresh-token')
  assert.equal(typeof claims.refresh, 'string')
  assert.equal((await executionsOf(await onlyEvent('sertft'))).length, 1)
})

test('a refresh can be refused, and its token be ended for good', async () => {
  await tenant.bind('post-login')
  const { answer } = await tenant.logIn(tenant.browser(), { scope: 'openid offline_access' })
  const refresh = () => tenant.token({ grant_type: 'refresh_token', refresh_token: String(answer.refresh_token) })
  await tenant.bind('post-login', postLogin(`api.access.deny('later')`))
  await tenant.events()
  assert.deepEqual(await refresh().then(({ body }) => body.error), 'access_denied')
  assert.equal((await onlyEvent('fertft')).details.failure_reason, undefined, 'the token itself is good')
  await tenant.bind('post-login', postLogin(`if (event.refresh_token) api.refreshToken.revoke('stolen')`))
  const { status, body } = await refresh()
  assert.deepEqual([status, body.error, body.error_description], [400, 'invalid_grant', 'stolen'])
  await tenant.bind('post-login')
  assert.equal((await refresh()).body.error, 'invalid_grant')
})

test('a session that an Action ends is gone, with its refresh tokens unless they are to stay', async () => {
  await tenant.bind('post-login')
  const browser = tenant.browser()
  const { answer } = await tenant.logIn(browser, { scope: 'openid offline_access' })
  await tenant.bind('post-login', postLogin(`api.session.revoke('suspicious')`))
  assert.deepEqual(await refusalOf({}, browser), { error: 'access_denied', description: 'suspicious' })
  await tenant.bind('post-login')
  assert.equal((await refusalOf({ prompt: 'none' }, browser)).error, 'login_required')
  const refreshed = await tenant.token({ grant_type: 'refresh_token', refresh_token: String(answer.refresh_token) })
  assert.equal(refreshed.body.error, 'invalid_grant')
})

test('a session ends when an Action says so, and lasts as long as the browser is open when it says so', async () => {
  await tenant.bind(
    'post-login',
    postLogin(`api.session.setExpiresAt(Date.now() + 1500); api.session.setCookieMode('non-persistent')`),
  )
  const browser = tenant.browser()
  const request = tenant.authorize()
  const page = await browser.visit(request.url)
  const { email: username, password } = tenant.server.credentials.admin
  const sent = await browser.request(page.url, {
    form: { state: page.url.searchParams.get('state') ?? '', username, password, action: 'default' },
  })
  const last = await browser.request(new URL(sent.headers.get('location') ?? '', page.url))
  const cookie = last.headers.getSetCookie().find(text => text.startsWith('ec_session='))
  assert.ok(cookie && !/expires=/i.test(cookie), cookie)
  await tenant.bind('post-login')
  await new Promise(resolve => setTimeout(resolve, 2_100))
  assert.equal((await refusalOf({ prompt: 'none' }, browser)).error, 'login_required')
})

let people = 0

const signUp = async (email = `person${++people}@example.com`): Promise<void> => {
  const browser = tenant.browser()
  const page = await browser.visit(tenant.authorize({ screen_hint: 'signup' }).url)
  await browser.submit(page, { email, password: 'a long enough passphrase' })
}

/** Events of a type since the last look, once there is one: what runs after a sign-up is logged a moment later. */
const eventually = async (type: string): Promise<readonly Logged[]> => {
  const seen: Logged[] = []
  for (let attempt = 0; attempt < 600; attempt += 1) {
    seen.push(...(await tenant.events()))
    if (seen.some(event => event.type === type)) return seen
    await delay(100)
  }
  throw new TypeError(`no ${type} among ${seen.map(event => event.type).join()}`)
}

test('the event of a sign-up names the execution of the Actions before it, and that of those after it has its own', async () => {
  await tenant.bind('pre-user-registration', `exports.onExecutePreUserRegistration = async () => {}`)
  await tenant.bind('post-user-registration', `exports.onExecutePostUserRegistration = async () => {}`)
  await tenant.events()
  await signUp()
  const seen = await eventually('actions_execution_succeeded')
  const [ss, after] = ['ss', 'actions_execution_succeeded'].map(type => seen.find(event => event.type === type))
  assert.ok(ss && after)
  assert.deepEqual(
    (await executionsOf(ss)).map(({ trigger_id }) => trigger_id),
    ['pre-user-registration'],
  )
  const { trigger_id, execution_id, transaction_id } = after.details
  assert.deepEqual([trigger_id, transaction_id], ['post-user-registration', ss.details.transaction_id])
  const execution = await tenant.api.call<Execution>('GET', `actions/executions/${execution_id}`)
  assert.deepEqual([execution.trigger_id, execution.results.length], ['post-user-registration', 1])
})

test('an execution after a sign-up that failed is named by the failure, and no success is logged', async () => {
  await tenant.bind(
    'post-user-registration',
    `exports.onExecutePostUserRegistration = async () => { throw new TypeError('no welcome today') }`,
  )
  await tenant.events()
  await signUp()
  const seen = await eventually('actions_execution_failed')
  const failed = seen.find(({ type }) => type === 'actions_execution_failed')
  const execution = await tenant.api.call<Execution>('GET', `actions/executions/${failed?.details.execution_id}`)
  assert.equal(execution.results[0]?.error?.id, 'action_error')
  await tenant.bind('post-user-registration')
  await signUp()
  const types = (await eventually('s')).map(({ type }) => type)
  assert.ok(!types.includes('actions_execution_succeeded'), types.join())
})

test('the event of a sign-up that was refused names the execution, also when the Action let it pass', async () => {
  await tenant.bind('pre-user-registration', `exports.onExecutePreUserRegistration = async () => {}`)
  await tenant.events()
  await signUp(tenant.server.credentials.admin.email)
  assert.equal((await executionsOf(await onlyEvent('fs')))[0]?.trigger_id, 'pre-user-registration')
  await tenant.bind(
    'pre-user-registration',
    `exports.onExecutePreUserRegistration = async (event, api) => api.access.deny('closed', 'Not today.')`,
  )
  await signUp()
  assert.equal((await executionsOf(await onlyEvent('fs')))[0]?.trigger_id, 'pre-user-registration')
  await tenant.bind('pre-user-registration')
})
