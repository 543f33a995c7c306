/** Real client libraries run against the server unchanged. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ManagementClient } from 'auth0'
import * as openid from 'openid-client'
import { createExperiment } from './kit/experiment.ts'
import { startTestServer, type TestServer } from './kit/server.ts'

let server: TestServer

before(async () => {
  server = await startTestServer()
})

after(() => server?.close())

/** The SDK only speaks https; its documented `fetch` option is where a local http server comes in. */
const managementClient = () =>
  new ManagementClient({
    domain: new URL(server.issuer).host,
    clientId: server.credentials.management.client_id,
    clientSecret: server.credentials.management.client_secret,
    audience: server.credentials.management.audience,
    fetch: (input, init) => fetch(String(input).replace('https://', 'http://'), init),
  })

test('the auth0 SDK takes a token and reads the tenant log', async () => {
  const { email, password } = server.credentials.admin
  await server.browser().logIn(email, password)
  const logs = await managementClient().logs.list({ sort: 'date:-1' })
  const types = logs.data.map(event => event.type)
  assert.ok(types.includes('s'), types.join(' '))
})

test('the auth0 SDK advances a ramp', async () => {
  const api = await server.api()
  const { flag, experiment, control, treatment } = await createExperiment(api, { activate: false })
  await api.call('DELETE', `experimentation/experiments/${experiment}`)
  const { id } = await api.call<{ id: string }>('POST', 'experimentation/experiments', {
    name: 'ramp',
    feature_flag_id: flag,
    authentication_flow: 'authentication',
    allocation_strategy: 'percentage',
    levels: [10, 50],
    allocations: [
      { variation_id: control, is_control: true },
      { variation_id: treatment, is_control: false },
    ],
  })
  await api.call('PATCH', `experimentation/experiments/${id}`, { status: 'active' })
  const answer = await managementClient().experimentation.experiments.advanceRamp(id, { target_level: 50 })
  assert.deepEqual({ ...answer }, { experiment_id: id, from_level: 10, to_level: 50, current_level: 50 })
  await api.call('PATCH', `experimentation/experiments/${id}`, { status: 'completed' })
})

test('openid-client discovers the issuer, logs in with PKCE and a nonce, and verifies the ID token', async () => {
  const { clientId, clientSecret, redirectUri } = server.party
  const config = await openid.discovery(new URL(server.issuer), clientId, clientSecret, undefined, {
    execute: [openid.allowInsecureRequests],
  })
  assert.equal(config.serverMetadata().issuer, server.issuer)
  const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()]
  const address = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  })
  const browser = server.browser()
  const { email, password } = server.credentials.admin
  const { url } = await browser.submit(await browser.open(address), { username: email, password })
  const tokens = await openid.authorizationCodeGrant(config, url, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  })
  const subject = tokens.claims()?.sub ?? ''
  assert.match(subject, /^auth0\|[0-9a-f]{24}$/)
  const profile = await openid.fetchUserInfo(config, tokens.access_token, subject)
  assert.equal(profile.email, email)
  const renewed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
  assert.notEqual(renewed.access_token, tokens.access_token)
})
