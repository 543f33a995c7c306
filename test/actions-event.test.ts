/** The event of each trigger in real logins and sign-ups, field by field, against what is declared for authors. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { Secret, TOTP } from 'otpauth'
import { SAMPLE_EVENTS } from '../src/cli/actions/sample-event.ts'
import { type ActionsTenant, startActionsTenant } from './kit/actions-tenant.ts'
import { createExperiment } from './kit/experiment.ts'
import { typeProblems } from './kit/type-check.ts'

const DECLARATIONS = new URL('../src/actions/contract/types/event.d.ts', import.meta.url)

// biome-ignore lint/suspicious/noExplicitAny: events are looked into freely
type Event = any

const seen: Record<string, Event> = {}
const registrations: { before?: Event; after?: Event } = {}

let tenant: ActionsTenant
let userId: string
let experiment: { readonly experiment: string; readonly treatment: string }

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
const TELL = `api.idToken.setCustomClaim('event', event)`

const tell = (more = '', handlers = '') => ({
  code: `exports.onExecutePostLogin = async (event, api) => { ${TELL}; ${more} }\n${handlers}`,
  secrets: [{ name: 'KEY', value: 'open sesame' }],
})

const OFFLINE = { scope: 'openid profile offline_access' }

const refresh = async (token: unknown) => {
  const { status, body } = await tenant.token({ grant_type: 'refresh_token', refresh_token: String(token) })
  assert.equal(status, 200, JSON.stringify(body))
  return { event: decodeJwt(String(body.id_token)).event, token: body.refresh_token }
}

/** Logs in, in another tab and in none, refreshes twice, and comes back from a page elsewhere. */
const logInInEveryWay = async () => {
  const browser = tenant.browser({ 'user-agent': AGENT, 'accept-language': 'de-CH' })
  const asked = {
    login_hint: 'someone',
    ui_locales: 'de en',
    acr_values: 'urn:a urn:b',
    correlation_id: 'c7',
  }
  await tenant.bind('post-login', tell())
  const first = await tenant.logIn(browser, { ...OFFLINE, ...asked })
  userId = String(first.idToken.sub)
  seen.first = first.idToken.event
  const later = tenant.authorize()
  const headers = { 'user-agent': 'Updated/2.0' }
  seen.again = (await tenant.redeem(await browser.visit(later.url, { headers }), later)).idToken.event
  seen.forApi = (await tenant.logIn(browser, { audience: `${tenant.server.issuer}api/v2/` })).idToken.event
  seen.silent = (await tenant.logIn(browser, { prompt: 'none' })).idToken.event
  const refreshed = await refresh(first.answer.refresh_token)
  seen.refreshed = refreshed.event
  seen.refreshedAgain = (await refresh(refreshed.token)).event
  const onContinue = `exports.onContinuePostLogin = async (event, api) => { ${TELL} }`
  await tenant.bind('post-login', tell(`api.redirect.sendUserTo('https://enrol.example.com/')`, onContinue))
  const request = tenant.authorize()
  const away = await tenant.visit(browser, request)
  const back = `continue?state=${away.url.searchParams.get('state')}&done=yes`
  seen.continued = (
    await tenant.redeem(await browser.visit(new URL(back, tenant.server.issuer)), request)
  ).idToken.event
}

/** What an Action knows leaves a sign-up with the user, and what runs after it with its failure. */
const signUp = async () => {
  await tenant.bind(
    'pre-user-registration',
    `exports.onExecutePreUserRegistration = async (event, api) => { api.user.setUserMetadata('event', event) }`,
  )
  await tenant.bind(
    'post-user-registration',
    `exports.onExecutePostUserRegistration = async event => {
      delete event.user.user_metadata.event
      throw Object.assign(new Error('tells'), { stack: JSON.stringify(event) })
    }`,
  )
  await tenant.bind('post-login', tell())
  const browser = tenant.browser({ 'user-agent': 'Short/1.0' })
  const request = tenant.authorize({ screen_hint: 'signup' })
  const form = { email: 'grace@example.com', password: 'a long enough passphrase' }
  const { idToken } = await tenant.redeem(await browser.submit(await browser.visit(request.url), form), request)
  registrations.before = (idToken.event as Event).user.user_metadata.event
  const failed = (await tenant.events()).find(({ type }) => type === 'actions_execution_failed')
  registrations.after = JSON.parse((failed?.details.action_error as Event)?.stack)
}

before(async () => {
  tenant = await startActionsTenant()
  experiment = await createExperiment(tenant.api, { treatmentWeight: 100 })
  await logInInEveryWay()
  await signUp()
})

after(() => tenant?.close())

test('every event is exactly what is declared for authors', async () => {
  const values = [
    ...Object.values(seen).map(value => ({ type: 'PostLoginEvent', value })),
    { type: 'PreUserRegistrationEvent', value: registrations.before },
    { type: 'PostUserRegistrationEvent', value: registrations.after },
  ]
  assert.equal(await typeProblems(DECLARATIONS, values), '')
  const [login] = values
  const told = await typeProblems(DECLARATIONS, [
    { type: 'PostLoginEvent', value: { ...(login?.value as object), undeclared: 1 } },
  ])
  assert.match(told, /undeclared.* does not exist/)
})

const SAMPLE_TYPES: Readonly<Record<string, string>> = {
  'post-login': 'PostLoginEvent',
  'pre-user-registration': 'PreUserRegistrationEvent',
  'post-user-registration': 'PostUserRegistrationEvent',
}

test('the samples that Actions are tried with are what is declared, too', async () => {
  const common = { secrets: {}, experiment: null, experiments: [] }
  const values = Object.entries(SAMPLE_EVENTS).map(([trigger, sample]) => ({
    type: SAMPLE_TYPES[trigger] ?? trigger,
    value: { ...sample, ...common },
  }))
  assert.equal(await typeProblems(DECLARATIONS, values), '')
})

/** Declared for Actions that run elsewhere, too, and never in an event of this server, which does not know it. */
const UNKNOWN: Readonly<Record<string, readonly string[]>> = {
  EventRequest: ['asn'],
  EventIdentity: ['profileData'],
  EventUser: ['given_name', 'family_name', 'username', 'phone_number', 'phone_verified', 'last_password_reset'],
  EventAuthentication: ['riskAssessment'],
  EventTransaction: [
    ...['linking_id', 'requested_authorization_details', 'actor', 'actor_token_type', 'subject_token_type'],
  ],
  EventDevice: ['initial_asn', 'last_asn'],
  EventSession: ['metadata', 'session_transfer', 'actor'],
  EventRefreshToken: ['metadata'],
  CommonEvent: ['custom_domain', 'security_context'],
  PostLoginEvent: ['organization', 'prompt', 'session_transfer_token', 'agent'],
  ExperimentContext: ['variation_description'],
}

/** Members of an interface, as its declaration lists them. */
const declared = (name: string): string[] => {
  const text = readFileSync(DECLARATIONS, 'utf8')
  const [, body = ''] = new RegExp(`interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(text) ?? []
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member = '']) => member)
}

test('of what is declared, all that the tenant can know is there', () => {
  const logins = Object.values(seen)
  const parts: Readonly<Record<string, readonly Event[]>> = {
    EventRequest: logins.map(event => event.request),
    EventClient: logins.map(event => event.client),
    EventConnection: logins.map(event => event.connection),
    EventUser: logins.map(event => event.user),
    EventIdentity: logins.flatMap(event => event.user.identities),
    EventAuthentication: logins.map(event => event.authentication),
    AuthenticationMethod: logins.flatMap(event => event.authentication.methods),
    EventTransaction: logins.map(event => event.transaction),
    EventSession: logins.flatMap(event => event.session ?? []),
    EventDevice: logins.flatMap(event => [event.session?.device ?? event.refresh_token.device]),
    EventRefreshToken: logins.flatMap(event => event.refresh_token ?? []),
    ExperimentContext: logins.flatMap(event => event.experiment ?? []),
    FlowExperimentContext: logins.flatMap(event => event.experiments),
    CommonEvent: logins,
    PostLoginEvent: logins,
  }
  for (const [name, values] of Object.entries(parts)) {
    const filled = new Set(values.flatMap(value => Object.keys(value)))
    const missing = declared(name).filter(member => !filled.has(member))
    assert.ok(declared(name).length > 0, name)
    assert.deepEqual(missing.toSorted(), (UNKNOWN[name] ?? []).toSorted(), name)
  }
})

test('the transaction says what was asked for', () => {
  assert.partialDeepStrictEqual(seen.first.transaction, {
    acr_values: ['urn:a', 'urn:b'],
    requested_scopes: ['openid', 'profile', 'offline_access'],
    ui_locales: ['de', 'en'],
    locale: 'de',
    login_hint: 'someone',
    correlation_id: 'c7',
    response_type: ['code'],
    response_mode: 'query',
    protocol: 'oidc-basic-profile',
    redirect_uri: tenant.server.party.redirectUri,
    metadata: {},
  })
  assert.deepEqual(seen.forApi.resource_server, { identifier: `${tenant.server.issuer}api/v2/` })
  assert.deepEqual(seen.silent.transaction.prompt, ['none'])
  assert.equal(seen.refreshed.transaction.protocol, 'oauth2-refresh-token')
  assert.equal(seen.refreshed.transaction.id, seen.first.transaction.id)
})

test('the experiment has the names of its variation; a refresh is in none', () => {
  for (const event of [seen.first, seen.again, seen.continued, registrations.before, registrations.after]) {
    assert.partialDeepStrictEqual(event.experiment, {
      experiment_id: experiment.experiment,
      variation_id: experiment.treatment,
      variation_name: 'treatment',
      is_control: false,
      config: { show_passkey_prompt: { value: true } },
    })
    assert.deepEqual(event.experiments, [{ ...event.experiment, authentication_flow: 'authentication' }])
  }
  assert.equal(seen.refreshed.experiment, null)
  assert.deepEqual(seen.refreshed.experiments, [])
})

test('a session knows the browser in which it began and the one that asks now', () => {
  const { session } = seen.first
  const device = { initial_ip: '127.0.0.1', initial_user_agent: AGENT, last_ip: '127.0.0.1' }
  assert.deepEqual(session.device, { ...device, last_user_agent: AGENT })
  assert.deepEqual(seen.again.session.device, { ...device, last_user_agent: 'Updated/2.0' })
  assert.equal(seen.again.session.id, session.id)
  assert.equal(seen.again.session.created_at, session.created_at)
  assert.ok(seen.again.session.last_interacted_at > session.last_interacted_at)
  assert.deepEqual(session.clients, [{ client_id: tenant.server.party.clientId }])
})

test('a refresh token knows its login, and when it was exchanged before', () => {
  const { refresh_token: token } = seen.refreshed
  assert.partialDeepStrictEqual(token, {
    client_id: tenant.server.party.clientId,
    user_id: userId,
    session_id: seen.first.session.id,
    rotating: true,
    device: { initial_ip: '127.0.0.1', initial_user_agent: AGENT, last_ip: '127.0.0.1' },
    resource_servers: [],
  })
  assert.equal(token.last_exchanged_at, undefined)
  const next = seen.refreshedAgain.refresh_token
  assert.deepEqual([next.id, next.created_at], [token.id, token.created_at])
  assert.ok(next.last_exchanged_at >= token.created_at)
  assert.equal(seen.refreshed.session, undefined)
})

test('an Action that goes on sees the request that brought the browser back', () => {
  assert.partialDeepStrictEqual(seen.continued.request, { method: 'GET', query: { done: 'yes' } })
})

test('second factors that the user sets up are in the next event, by their names and by their providers', async () => {
  assert.deepEqual([seen.first.user.multifactor, seen.first.user.enrolledFactors], [[], []])
  const path = `users/${encodeURIComponent(userId)}/authentication-methods`
  const { totp_secret } = await tenant.api.call<{ totp_secret: string }>('POST', path, { type: 'totp' })
  await tenant.bind('post-login', tell(`api.multifactor.enable('any')`), tell())
  const [browser, request] = [tenant.browser(), tenant.authorize()]
  const page = await tenant.visit(browser, request)
  const code = new TOTP({ secret: Secret.fromBase32(totp_secret) }).generate()
  const saved = await browser.submit(await browser.submit(page, { code }), { saved: 'true' })
  const proved = (await tenant.redeem(saved, request)).idToken.event as Event
  assert.deepEqual(proved.user.multifactor, ['guardian', 'google-authenticator'])
  assert.deepEqual(proved.user.enrolledFactors, [{ type: 'otp' }])
  await tenant.bind('post-login', tell())
  const later = (await tenant.logIn(browser)).idToken.event as Event
  assert.deepEqual(later.user.enrolledFactors, [{ type: 'otp' }, { type: 'recovery-code' }])
  assert.deepEqual(
    later.authentication.methods.map(({ name }: { name: string }) => name),
    ['pwd', 'mfa'],
  )
})

test('before a registration there is no user with an id; after it there is, without a client', () => {
  assert.deepEqual(Object.keys(registrations.before.user).toSorted(), [
    ...['app_metadata', 'email', 'name', 'nickname', 'user_metadata'],
  ])
  assert.equal(registrations.before.client.client_id, tenant.server.party.clientId)
  assert.equal(registrations.before.request.query, undefined)
  assert.match(registrations.after.user.user_id, /^auth0\|/)
  assert.deepEqual(registrations.after.user.enrolledFactors, [])
  assert.equal(registrations.after.client, undefined)
})
