/** OIDC through the public doors: discovery, tokens, sessions, logout, and what each event in the log says. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { readLogsAfter } from '../src/cli/demo/read-logs.ts'
import type { SimulatedBrowser } from '../src/cli/demo/simulated-browser.ts'
import { createExperiment, type TestExperiment } from './kit/experiment.ts'
import { startTestServer, type TestServer } from './kit/server.ts'

let server: TestServer
let experiment: TestExperiment

before(async () => {
  server = await startTestServer()
  experiment = await createExperiment(await server.api())
})

after(() => server?.close())

const address = (path: string, parameters: Record<string, string> = {}): URL => {
  const url = new URL(path, server.issuer)
  url.search = new URLSearchParams(parameters).toString()
  return url
}

const authorizeUrl = (parameters: Record<string, string> = {}): URL =>
  address('authorize', {
    client_id: server.party.clientId,
    redirect_uri: server.party.redirectUri,
    response_type: 'code',
    scope: 'openid profile email',
    state: 'the-state',
    ...parameters,
  })

const token = async (body: Record<string, string>, encoding: 'json' | 'form' = 'form') => {
  const response = await fetch(address('oauth/token'), {
    method: 'POST',
    headers: { 'content-type': encoding === 'json' ? 'application/json' : 'application/x-www-form-urlencoded' },
    body: encoding === 'json' ? JSON.stringify(body) : new URLSearchParams(body).toString(),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

const client = () => ({ client_id: server.party.clientId, client_secret: server.party.clientSecret })

const enterPassword = (browser: SimulatedBrowser, parameters: Record<string, string> = {}) => {
  const { email, password } = server.credentials.admin
  return browser.open(authorizeUrl(parameters)).then(page => browser.submit(page, { username: email, password }))
}

const eventsOf = async (userAgent: string) => {
  const events = await readLogsAfter(await server.api(), undefined)
  const transactionOf = (event: (typeof events)[number]) => event.details?.transaction_id
  const own = new Set(events.filter(event => event.user_agent === userAgent).map(transactionOf))
  return events.filter(
    event => event.user_agent === userAgent || (transactionOf(event) !== undefined && own.has(transactionOf(event))),
  )
}

/** A code for the administrator's login, and the device it came from. */
const login = async (parameters: Record<string, string> = {}) => {
  const name = `Mozilla/5.0 (${randomBytes(6).toString('hex')})`
  const browser = server.browser({ 'user-agent': name })
  const { url } = await enterPassword(browser, parameters)
  /** All events of this device's transactions: the application's own call to /oauth/token has another user agent. */
  const events = async () => eventsOf(name)
  return { browser, code: url.searchParams.get('code') ?? '', events }
}

const redeem = (code: string, more: Record<string, string> = {}) =>
  token({ grant_type: 'authorization_code', code, redirect_uri: server.party.redirectUri, ...client(), ...more })

test('discovery names the issuer with its slash and endpoints that answer', async () => {
  const metadata = (await (await fetch(address('.well-known/openid-configuration'))).json()) as Record<string, string>
  assert.equal(metadata.issuer, server.issuer)
  assert.equal(metadata.authorization_endpoint, `${server.issuer}authorize`)
  assert.equal(metadata.token_endpoint, `${server.issuer}oauth/token`)
  assert.equal(metadata.userinfo_endpoint, `${server.issuer}userinfo`)
  const { keys } = (await (await fetch(metadata.jwks_uri ?? '')).json()) as { keys: Record<string, string>[] }
  assert.ok(keys.length > 0)
  for (const key of keys) {
    assert.equal(key.kty, 'RSA')
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
      assert.equal(key[secret], undefined, `${secret} is published`)
  }
})

test('a machine-to-machine token is an RS256 JWT that carries only granted scopes', async () => {
  const { client_id, client_secret, audience } = server.credentials.management
  for (const encoding of ['json', 'form'] as const) {
    const { status, body } = await token(
      { grant_type: 'client_credentials', client_id, client_secret, audience },
      encoding,
    )
    assert.equal(status, 200)
    const accessToken = body.access_token ?? ''
    const keys = createRemoteJWKSet(address('.well-known/jwks.json'))
    const { payload, protectedHeader } = await jwtVerify(accessToken, keys, { issuer: server.issuer, audience })
    assert.equal(protectedHeader.alg, 'RS256')
    assert.equal(protectedHeader.typ, 'JWT')
    assert.equal(payload.sub, `${client_id}@clients`)
    assert.equal(payload.aud, audience)
    assert.equal(payload.azp, client_id)
    assert.equal(payload.gty, 'client-credentials')
    assert.equal(Number(payload.exp) - Number(payload.iat), 86_400)
    assert.equal(payload.scope, body.scope)
  }
  const wished = await token({
    grant_type: 'client_credentials',
    client_id,
    client_secret,
    audience,
    scope: 'read:logs not:granted',
  })
  assert.equal(wished.body.scope, 'read:logs')
})

test('a client that has no grant for an API is refused', async () => {
  const { status, body } = await token({
    grant_type: 'client_credentials',
    ...client(),
    audience: server.credentials.management.audience,
  })
  assert.ok(status === 403 || status === 401 || status === 400, String(status))
  assert.ok(['access_denied', 'unauthorized_client'].includes(body.error ?? ''), body.error)
})

test('wrong client secrets, codes and verifiers are refused with the protocol’s words', async () => {
  const { client_id, audience } = server.credentials.management
  const secret = await token({ grant_type: 'client_credentials', client_id, client_secret: 'wrong', audience })
  assert.equal(secret.status, 401)
  assert.ok(['access_denied', 'invalid_client'].includes(secret.body.error ?? ''), secret.body.error)
  const code = await redeem('no-such-code')
  assert.equal(code.body.error, 'invalid_grant')
  const challenged = await login({
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  const verifier = await redeem(challenged.code, { code_verifier: 'x'.repeat(43) })
  assert.equal(verifier.body.error, 'invalid_grant')
  const grant = await token({ grant_type: 'magic', ...client() })
  assert.equal(grant.body.error, 'unsupported_grant_type')
})

test('a code is good once, also when it is redeemed ten times at the same moment', async () => {
  const { code } = await login()
  const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(code)))
  assert.equal(answers.filter(answer => answer.status === 200).length, 1)
  for (const { status, body } of answers) if (status !== 200) assert.equal(body.error, 'invalid_grant')
})

test('every event of a login carries the transaction, the hashed device and the experiment', async () => {
  const { code, events } = await login()
  await redeem(code)
  const seen = await events()
  assert.deepEqual(
    seen.map(event => event.type),
    ['experiment_assignment_succeeded', 's', 'seacft'],
  )
  const [assignment, success] = seen.map(event => event.details as Record<string, unknown>)
  assert.ok(assignment && success)
  for (const { details } of seen) {
    const values = details as Record<string, unknown>
    assert.deepEqual(values.experiment, success.experiment)
    assert.equal(values.transaction_id, success.transaction_id)
    assert.equal(values.device_id, success.device_id)
  }
  const enriched = success.experiment as Record<string, unknown>
  assert.deepEqual(Object.keys(enriched).toSorted(), [
    'allocation_strategy',
    'assignment',
    'experiment_id',
    'is_control',
    'variation_id',
  ])
  assert.equal(enriched.experiment_id, experiment.experiment)
})

test('wrong passwords and unknown users look the same on the page and differ in the log', async () => {
  const browser = server.browser({ 'user-agent': 'Mozilla/5.0 (failing)' })
  const { email } = server.credentials.admin
  const attempt = async (username: string) => {
    const page = await browser.open(authorizeUrl({ prompt: 'login' }))
    const state = page.url.searchParams.get('state') ?? ''
    await assert.rejects(browser.submit(page, { username, password: 'not the password' }), /answered 400/)
    return state
  }
  assert.ok(await attempt(email))
  assert.ok(await attempt('nobody@example.com'))
  const events = (await readLogsAfter(await server.api(), undefined)).filter(
    event => event.user_agent === 'Mozilla/5.0 (failing)',
  )
  const failures = events.filter(event => ['fp', 'fu'].includes(event.type))
  assert.deepEqual(
    failures.map(event => event.type),
    ['fp', 'fu'],
  )
  for (const failure of failures) assert.ok(failure.details?.experiment, 'a failure counts in its variation')
})

test('a session logs in without a page; prompt=none asks it and does not take part in the experiment', async () => {
  const { browser, events } = await login()
  const sso = await browser.open(authorizeUrl())
  assert.ok(sso.url.searchParams.get('code'))
  const silent = await browser.open(authorizeUrl({ prompt: 'none' }))
  assert.ok(silent.url.searchParams.get('code'))
  const seen = await events()
  assert.equal(seen.filter(event => event.type === 's').length, 2)
  const [silentEvent] = seen.filter(event => event.type === 'ssa')
  assert.ok(silentEvent)
  assert.equal(silentEvent.details?.experiment, undefined)
  assert.equal(seen.filter(event => event.type === 'experiment_assignment_succeeded').length, 2)
})

test('prompt=none without a session answers login_required and logs fsa', async () => {
  const browser = server.browser({ 'user-agent': 'Mozilla/5.0 (silent)' })
  const { url } = await browser.open(authorizeUrl({ prompt: 'none' }))
  assert.equal(url.searchParams.get('error'), 'login_required')
  assert.equal(url.searchParams.get('state'), 'the-state')
  const events = await readLogsAfter(await server.api(), undefined)
  assert.ok(events.some(event => event.type === 'fsa' && event.user_agent === 'Mozilla/5.0 (silent)'))
})

test('max_age=0 and prompt=login ask a signed-in user again', async () => {
  const { browser } = await login()
  for (const parameters of [{ max_age: '0' }, { prompt: 'login' }]) {
    const page = await browser.open(authorizeUrl(parameters))
    assert.ok(page.url.pathname.startsWith('/u/login'), JSON.stringify(parameters))
  }
})

test('screen_hint=signup opens the sign-up page, which creates the user and logs in', async () => {
  const name = 'Mozilla/5.0 (new user)'
  const browser = server.browser({ 'user-agent': name })
  const page = await browser.open(authorizeUrl({ screen_hint: 'signup' }))
  assert.ok(page.url.pathname.startsWith('/u/signup'))
  const { url } = await browser.submit(page, { email: 'Grace@Example.com', password: 'correct horse battery' })
  const { body } = await redeem(url.searchParams.get('code') ?? '')
  assert.equal(String(decodeJwt(body.id_token ?? '').email).toLowerCase(), 'grace@example.com')
  const types = (await eventsOf(name)).map(event => event.type)
  assert.deepEqual(types, ['experiment_assignment_succeeded', 'ss', 's', 'seacft'])
  const again = server.browser({ 'user-agent': `${name} again` })
  const second = await again.open(authorizeUrl({ screen_hint: 'signup' }))
  await assert.rejects(
    again.submit(second, { email: 'grace@example.com', password: 'another password' }),
    /answered 400/,
  )
  const failed = (await readLogsAfter(await server.api(), undefined)).filter(
    event => event.user_agent === `${name} again`,
  )
  assert.ok(failed.some(event => event.type === 'fs'))
})

test('login_hint fills the form in, and markup in it stays text', async () => {
  const page = await server.browser().open(authorizeUrl({ login_hint: '"><script>alert(1)</script>' }))
  assert.ok(!page.html?.includes('<script>alert'), 'the hint is escaped')
  const hinted = await server.browser().open(authorizeUrl({ login_hint: 'ada@example.com' }))
  assert.match(hinted.html ?? '', /value="ada@example\.com"/)
})

test('with an audience the access token is a JWT for the API, and userinfo takes it too', async () => {
  const { audience } = server.credentials.management
  const { code } = await login({ audience, scope: 'openid profile email' })
  const { body } = await redeem(code)
  const accessToken = body.access_token ?? ''
  assert.equal(decodeProtectedHeader(accessToken).typ, 'JWT')
  const claims = decodeJwt(accessToken)
  assert.deepEqual(claims.aud, [audience, `${server.issuer}userinfo`])
  assert.equal(claims.azp, server.party.clientId)
  const answer = await fetch(address('userinfo'), { headers: { authorization: `Bearer ${accessToken}` } })
  assert.equal(answer.status, 200)
})

test('a refresh token rotates; the old one used again is refused and ends the family', async () => {
  const { code, events } = await login({ scope: 'openid offline_access' })
  const first = (await redeem(code)).body.refresh_token ?? ''
  const renew = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token, ...client() })
  const renewed = await renew(first)
  assert.equal(renewed.status, 200)
  assert.equal((await renew(first)).body.error, 'invalid_grant')
  assert.equal((await renew(renewed.body.refresh_token ?? '')).body.error, 'invalid_grant')
  assert.ok((await events()).length > 0)
  const types = (await readLogsAfter(await server.api(), undefined)).map(event => event.type)
  for (const type of ['sertft', 'ferrt']) assert.ok(types.includes(type), `${type} is logged`)
})

test('/v2/logout ends the session and only returns to allowed addresses', async () => {
  const { browser } = await login()
  const evil = await fetch(
    address('v2/logout', { client_id: server.party.clientId, returnTo: 'https://evil.example/' }),
    {
      redirect: 'manual',
    },
  )
  assert.equal(evil.status, 400)
  await browser.open(address('v2/logout', { client_id: server.party.clientId })).catch(() => undefined)
  const { url } = await browser.open(authorizeUrl({ prompt: 'none' }))
  assert.equal(url.searchParams.get('error'), 'login_required')
  const types = (await readLogsAfter(await server.api(), undefined)).map(event => event.type)
  assert.ok(types.includes('slo'))
})

test('a tampered device cookie is replaced, and the login goes on', async () => {
  const response = await fetch(authorizeUrl(), { redirect: 'manual' })
  const cookies = response.headers.getSetCookie()
  const device = cookies.find(cookie => /max-age=3153\d{4}/i.test(cookie)) ?? ''
  assert.match(device, /HttpOnly/i)
  assert.match(device, /SameSite=Lax/i)
  const [pair = ''] = device.split(';')
  const [name] = pair.split('=')
  for (const value of [`${pair.slice(0, -4)}AAAA`, `${name}=garbage`, `${name}=%00%ff`, `${name}=`]) {
    const next = await fetch(authorizeUrl(), { redirect: 'manual', headers: { cookie: value } })
    assert.equal(next.status, 302, value)
    const replaced = next.headers.getSetCookie().find(cookie => cookie.startsWith(`${name}=`)) ?? ''
    assert.ok(replaced && !replaced.startsWith(`${value};`), 'the cookie is set anew')
  }
  const kept = await fetch(authorizeUrl(), { redirect: 'manual', headers: { cookie: pair } })
  const refreshed = kept.headers.getSetCookie().find(cookie => cookie.startsWith(`${name}=`))
  assert.ok(refreshed === undefined || refreshed.startsWith(pair), 'a good cookie keeps its id')
})
