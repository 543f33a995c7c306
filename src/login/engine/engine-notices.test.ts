/** The OIDC engine prints a notice where one of its defaults is used: none is. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { createBrowser } from '../../../test/kit/browser.ts'
import { startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty } from '../../../test/kit/relying-party.ts'

const DEFAULTS = new URL('../../../node_modules/oidc-provider/lib/helpers/defaults.js', import.meta.url)

/** Names, or beginnings of names, of everything that belongs to a feature which is off. */
const OFF = [
  'features.attestClientAuth.',
  'features.ciba.',
  'features.deviceFlow.',
  'features.introspection.',
  'features.mTLS.',
  'features.openid4vci.',
  'features.richAuthorizationRequests.',
  'features.rpInitiatedLogout.',
  'pairwiseIdentifier',
  'ttl.BackchannelAuthenticationRequest',
  'ttl.DeviceCode',
  'ttl.PreAuthorizedCode',
]

/** Defaults that this server replaces. */
const REPLACED = [
  'clientBasedCORS',
  'features.resourceIndicators.getResourceServerInfo',
  'features.revocation.allowedPolicy',
  'findAccount',
  'renderError',
  ...['AccessToken', 'ClientCredentials', 'Grant', 'IdToken', 'Interaction', 'RefreshToken', 'Session'].map(
    model => `ttl.${model}`,
  ),
]

test('every default of the engine that asks to be replaced is, or belongs to a feature that is off', () => {
  const names = [...readFileSync(DEFAULTS, 'utf8').matchAll(/\b(?:should|must)Change\('([\w.]+)'/g)].map(
    ([, name = '']) => name,
  )
  assert.ok(names.length > 20)
  const unknown = names.filter(name => !REPLACED.includes(name) && !OFF.some(prefix => name.startsWith(prefix)))
  assert.deepEqual(unknown, [])
  assert.deepEqual(
    REPLACED.filter(name => !names.includes(name)),
    [],
  )
})

const listen = ({ mock }: TestContext): string[] => {
  const lines: string[] = []
  for (const level of ['info', 'warn', 'log', 'error'] as const)
    mock.method(console, level, (...parts: unknown[]) => void lines.push(parts.join(' ')))
  return lines
}

test('logins, refreshes, revocations, logouts and refusals print nothing', async context => {
  const lines = listen(context)
  await using server = await startLoginServer()
  const party = createRelyingParty(server)
  const browser = createBrowser(server.issuer)
  const { body } = await party.exchange(await party.logIn(browser, { scope: 'openid offline_access' }))
  const { clientId, clientSecret } = server.credentials.app
  const post = (path: string, fields: Record<string, string>) =>
    fetch(new URL(path, server.issuer), {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields }),
    })
  const authorization = `Bearer ${body.access_token}`
  const statuses = [
    await post('oauth/token', { grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' }),
    await fetch(new URL('userinfo', server.issuer), { headers: { authorization, origin: 'http://127.0.0.1:9' } }),
    await post('oauth/revoke', { token: body.access_token ?? '' }),
    await fetch(new URL('.well-known/openid-configuration', server.issuer)),
    await fetch(new URL('authorize?client_id=nobody', server.issuer)),
    await post('oauth/token', { grant_type: 'client_credentials', audience: `${server.issuer}api/v2/` }),
  ].map(({ status }) => status)
  assert.deepEqual(statuses, [200, 200, 200, 200, 400, 403])
  assert.ok((await browser.visit(party.authorize({ prompt: 'none' }).url)).url.searchParams.has('code'))
  assert.equal((await browser.visit('/v2/logout')).status, 200)
  assert.deepEqual(lines, [])
})
