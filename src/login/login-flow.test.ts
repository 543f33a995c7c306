import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { authorizeRequest, type Browser, createBrowser } from '../../test/kit/browser.ts'
import { ASSIGNMENT, CALLBACK, type LoginServer, startLoginServer } from '../../test/kit/login-server.ts'

let server: LoginServer

before(async () => {
  server = await startLoginServer()
})

after(() => server?.[Symbol.asyncDispose]())

const authorize = (parameters: Record<string, string | undefined> = {}) =>
  authorizeRequest(server.issuer, server.credentials.app.clientId, CALLBACK, parameters)

const exchange = async (code: string, verifier: string, more: Record<string, string> = {}) => {
  const { clientId, clientSecret } = server.credentials.app
  const response = await fetch(new URL('oauth/token', server.issuer), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'authorization_code',
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uri: CALLBACK,
      code,
      code_verifier: verifier,
      ...more,
    }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

const ADMIN = { username: 'admin@example.com', password: 'correct horse', action: 'default' }

/** Logs the administrator in and returns what the callback got. */
const logIn = async (browser: Browser, parameters: Record<string, string | undefined> = {}) => {
  const { url, verifier, state } = authorize(parameters)
  const page = await browser.visit(url)
  const end = page.url.href.startsWith(CALLBACK) ? page : await browser.submit(page, ADMIN)
  assert.ok(end.url.href.startsWith(CALLBACK), `${end.status} ${end.url} ${end.body.slice(0, 800)}`)
  assert.equal(end.url.searchParams.get('state'), state)
  return { code: end.url.searchParams.get('code') ?? '', verifier, query: end.url.searchParams }
}

test('a login through the page ends with tokens of the right shape', async () => {
  const browser = createBrowser(server.issuer)
  const { code, verifier, query } = await logIn(browser)
  assert.equal(query.get('iss'), server.issuer)
  const { status, body } = await exchange(code, verifier)
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.token_type, 'Bearer')
  assert.equal(body.scope, 'openid profile email')
  const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', server.issuer))
  const { payload, protectedHeader } = await jwtVerify(body.id_token ?? '', keys, {
    issuer: server.issuer,
    audience: server.credentials.app.clientId,
  })
  assert.equal(protectedHeader.alg, 'RS256')
  assert.equal(payload.email, 'admin@example.com')
  assert.equal(payload.nonce, 'n')
  assert.match(String(payload.sub), /^auth0\|[0-9a-f]{24}$/)
  assert.equal(typeof payload.sid, 'string')
  const userinfo = await fetch(new URL('userinfo', server.issuer), {
    headers: { authorization: `Bearer ${body.access_token}` },
  })
  assert.equal(((await userinfo.json()) as { email: string }).email, 'admin@example.com')
})

test('every event of a login carries its transaction, its session and its experiment', async () => {
  server.switches.assign = async () => ({ assignment: ASSIGNMENT, reason: 'auto_percentage', warnings: [] })
  server.takeEvents()
  const { code, verifier } = await logIn(createBrowser(server.issuer))
  await exchange(code, verifier)
  const events = server.takeEvents()
  assert.deepEqual(
    events.map(({ type }) => type),
    ['experiment_assignment_succeeded', 's', 'seacft'],
  )
  const [first] = events
  for (const event of events) {
    assert.deepEqual(event.experiment, {
      experiment_id: 'exp_1',
      variation_id: 'var_t',
      is_control: false,
      allocation_strategy: 'percentage',
    })
    assert.equal(event.details?.transaction_id, first?.details?.transaction_id)
    assert.equal(event.details?.session_id, first?.details?.session_id)
    assert.match(String(event.details?.device_id), /^[\w-]{32}$/)
  }
  const success = events[1]
  assert.equal(success?.user_name, 'admin@example.com')
  assert.equal(success?.connection, 'Username-Password-Authentication')
  assert.match(JSON.stringify(success?.details?.stats), /"loginsCount":[1-9]/)
  server.switches.assign = async () => ({ assignment: null, warnings: [] })
})

test('an access token for an API is a JWT of the documented shape', async () => {
  const audience = `${server.issuer}api/v2/`
  const { code, verifier } = await logIn(createBrowser(server.issuer), { audience, scope: 'openid read:logs' })
  const { body } = await exchange(code, verifier)
  const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', server.issuer))
  const { payload } = await jwtVerify(body.access_token ?? '', keys, { issuer: server.issuer, audience })
  assert.deepEqual(decodeProtectedHeader(body.access_token ?? '').typ, 'JWT')
  assert.deepEqual(payload.aud, [audience, `${server.issuer}userinfo`])
  assert.equal(payload.azp, server.credentials.app.clientId)
  // The application has no client grant for the Management API: not even an administrator gets its scopes there.
  assert.equal(payload.scope, 'openid')
  for (const absent of ['client_id', 'jti', 'gty']) assert.equal(payload[absent], undefined)
})
