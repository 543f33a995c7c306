import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createBrowser } from '../../../test/kit/browser.ts'
import { type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty } from '../../../test/kit/relying-party.ts'
import { insertClient } from '../../store/tenants/client-store.ts'

const SPA = 'http://127.0.0.1:9/callback'

let server: LoginServer

before(async () => {
  server = await startLoginServer()
  await insertClient(server.database.db, server.tenantId, {
    clientId: 'spa',
    name: 'Single page',
    appType: 'spa',
    sealedSecret: undefined,
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code', 'refresh_token'],
    callbacks: [SPA],
    allowedLogoutUrls: [],
    metadata: {},
  })
})

after(() => server?.[Symbol.asyncDispose]())

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(new URL(path, server.issuer), { headers })
  return { response, body: (await response.json()) as Record<string, unknown> }
}

test('discovery names the addresses and abilities that are true, with the slash at the end of the issuer', async () => {
  const { response, body } = await get('.well-known/openid-configuration')
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  const { issuer } = server
  const expected = {
    issuer,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}oauth/token`,
    userinfo_endpoint: `${issuer}userinfo`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    revocation_endpoint: `${issuer}oauth/revoke`,
    end_session_endpoint: `${issuer}oidc/logout`,
    response_types_supported: ['code', 'id_token', 'id_token token', 'code id_token'],
    response_modes_supported: ['form_post', 'fragment', 'query'],
    code_challenge_methods_supported: ['S256'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    grant_types_supported: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
    dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'],
    request_uri_parameter_supported: false,
    request_parameter_supported: false,
  }
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(body[name], value, name)
  assert.deepEqual([...(body.scopes_supported as string[])].sort(), [
    'email',
    'offline_access',
    'openid',
    'phone',
    'profile',
  ])
  for (const claim of ['sub', 'email', 'email_verified', 'name', 'nickname', 'updated_at'])
    assert.ok((body.claims_supported as string[]).includes(claim), claim)
  assert.equal(body.pushed_authorization_request_endpoint, `${issuer}oauth/par`)
  assert.equal(body.require_pushed_authorization_requests, undefined)
})

test('the host that a request names does not get into the addresses', async () => {
  const { body } = await get('.well-known/openid-configuration', {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
  })
  assert.equal(body.token_endpoint, `${server.issuer}oauth/token`)
})

test('the key set shows public parts only', async () => {
  const { body } = await get('.well-known/jwks.json')
  const keys = body.keys as Record<string, string>[]
  assert.equal(keys.length, 1)
  assert.deepEqual(Object.keys(keys[0] ?? {}).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
  assert.deepEqual(await server.login.verificationKeys(server.tenantId), keys)
})

test('a single-page application works from the origin of its callback and from no other', async () => {
  const party = createRelyingParty(server, { clientId: 'spa' })
  const callback = await party.logIn(createBrowser(server.issuer))
  const exchange = (origin: string, code: string, verifier: string) =>
    fetch(new URL('oauth/token', server.issuer), {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'spa',
        code,
        code_verifier: verifier,
        redirect_uri: SPA,
      }),
    })
  const foreign = await exchange('https://evil.example', callback.code, callback.verifier)
  assert.equal(foreign.status, 400)
  assert.equal(foreign.headers.get('access-control-allow-origin'), null)
  const own = await exchange('http://127.0.0.1:9', callback.code, callback.verifier)
  assert.equal(own.status, 200)
  assert.equal(own.headers.get('access-control-allow-origin'), 'http://127.0.0.1:9')
  const preflight = await fetch(new URL('oauth/token', server.issuer), {
    method: 'OPTIONS',
    headers: { origin: 'http://127.0.0.1:9', 'access-control-request-method': 'POST' },
  })
  assert.equal(preflight.status, 204)
})

test('a public client needs PKCE, and only S256 will do', async () => {
  const party = createRelyingParty(server, { clientId: 'spa' })
  const browser = createBrowser(server.issuer)
  const without = { code_challenge: undefined, code_challenge_method: undefined }
  for (const parameters of [without, { code_challenge_method: 'plain' }]) {
    const end = await browser.visit(party.authorize(parameters).url)
    assert.equal(end.url.searchParams.get('error'), 'invalid_request')
  }
})
