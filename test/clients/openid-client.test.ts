/** openid-client: pushed requests, DPoP at every door, tokens through the browser, revocation. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as openid from 'openid-client'
import { startTestServer, type TestServer } from '../kit/server.ts'

let server: TestServer
let app: openid.Configuration
let machine: openid.Configuration

const discover = (id: string, secret: string): Promise<openid.Configuration> =>
  openid.discovery(new URL(server.issuer), id, secret, undefined, { execute: [openid.allowInsecureRequests] })

before(async () => {
  server = await startTestServer()
  app = await discover(server.party.clientId, server.party.clientSecret)
  const { client_id: id, client_secret: secret } = server.credentials.management
  machine = await discover(id, secret)
})

after(() => server?.close())

/** Enters the administrator's password where an address leads. */
const enterPassword = async (address: URL): Promise<URL> => {
  const browser = server.browser()
  const { email, password } = server.credentials.admin
  return (await browser.submit(await browser.open(address), { username: email, password })).url
}

const request = async (more: Record<string, string> = {}) => {
  const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()]
  const parameters = {
    redirect_uri: server.party.redirectUri,
    scope: 'openid profile email offline_access',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  }
  return { parameters, checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce } }
}

test('a pushed request leads to tokens', async () => {
  const { parameters, checks } = await request()
  const address = await openid.buildAuthorizationUrlWithPAR(app, parameters)
  assert.deepEqual([...address.searchParams.keys()].sort(), ['client_id', 'request_uri'])
  const tokens = await openid.authorizationCodeGrant(app, await enterPassword(address), checks)
  assert.equal(tokens.claims()?.email, server.credentials.admin.email)
})

test('with DPoP, a code, a refresh and /userinfo take and give bound tokens only', async () => {
  const DPoP = openid.getDPoPHandle(app, await openid.randomDPoPKeyPair())
  const { parameters, checks } = await request()
  const address = await openid.buildAuthorizationUrlWithPAR(app, parameters, { DPoP })
  const tokens = await openid.authorizationCodeGrant(app, await enterPassword(address), checks, undefined, { DPoP })
  assert.equal(tokens.token_type, 'dpop')
  const subject = tokens.claims()?.sub ?? ''
  const profile = await openid.fetchUserInfo(app, tokens.access_token, subject, { DPoP })
  assert.equal(profile.email, server.credentials.admin.email)
  await assert.rejects(openid.fetchUserInfo(app, tokens.access_token, subject))
  const renewed = await openid.refreshTokenGrant(app, tokens.refresh_token ?? '', undefined, { DPoP })
  assert.equal(renewed.token_type, 'dpop')
})

test('with DPoP, a machine calls the Management API; its token is of no use without the key', async () => {
  const DPoP = openid.getDPoPHandle(machine, await openid.randomDPoPKeyPair())
  const { audience } = server.credentials.management
  const { access_token: token, token_type: type } = await openid.clientCredentialsGrant(machine, { audience }, { DPoP })
  assert.equal(type, 'dpop')
  const call = (options?: openid.DPoPOptions) =>
    openid.fetchProtectedResource(
      machine,
      token,
      new URL('api/v2/logs?take=1', server.issuer),
      'GET',
      undefined,
      undefined,
      options,
    )
  assert.equal((await call({ DPoP })).status, 200)
  await assert.rejects(call(), /invalid_dpop_proof|WWW-Authenticate/)
})

test('an ID token, and a code with an ID token, come through the browser', async () => {
  const { parameters, checks } = await request({ scope: 'openid email' })
  const implicit = await discover(server.party.clientId, server.party.clientSecret)
  openid.useIdTokenResponseType(implicit)
  const alone = await enterPassword(openid.buildAuthorizationUrl(implicit, parameters))
  const claims = await openid.implicitAuthentication(implicit, alone, checks.expectedNonce, {
    expectedState: checks.expectedState,
  })
  assert.equal(claims.email, server.credentials.admin.email)

  const both = await request()
  const hybrid = await discover(server.party.clientId, server.party.clientSecret)
  openid.useCodeIdTokenResponseType(hybrid)
  const end = await enterPassword(openid.buildAuthorizationUrl(hybrid, both.parameters))
  const tokens = await openid.authorizationCodeGrant(hybrid, end, both.checks)
  assert.equal(tokens.claims()?.email, server.credentials.admin.email)
})

test('a refresh token that was revoked is unknown', async () => {
  const { parameters, checks } = await request()
  const end = await enterPassword(openid.buildAuthorizationUrl(app, parameters))
  const { refresh_token: token = '' } = await openid.authorizationCodeGrant(app, end, checks)
  await openid.tokenRevocation(app, token)
  await assert.rejects(openid.refreshTokenGrant(app, token), {
    error: 'invalid_grant',
    error_description: 'Unknown or invalid refresh token.',
  })
})
