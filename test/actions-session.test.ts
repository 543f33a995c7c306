/** Actions that end a session: what ends with it, and what stays. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ActionsTenant, startActionsTenant } from './kit/actions-tenant.ts'

let tenant: ActionsTenant

before(async () => {
  tenant = await startActionsTenant()
})

after(() => tenant?.close())

const OFFLINE = { scope: 'openid offline_access' }

const postLogin = (body: string): string => `exports.onExecutePostLogin = async (event, api) => {\n${body}\n}`

const refresh = async (token: string | undefined): Promise<unknown> => {
  const { status, body } = await tenant.token({ grant_type: 'refresh_token', refresh_token: String(token) })
  return status === 200 ? 'alive' : body.error
}

/** The refresh tokens of as many logins in one session. */
const logInOften = async (browser: ReturnType<ActionsTenant['browser']>, times: number) => {
  const tokens: string[] = []
  for (let i = 0; i < times; i++) {
    const { answer } = await tenant.logIn(browser, OFFLINE)
    tokens.push(String(answer.refresh_token))
  }
  return tokens
}

test('a session ends with the refresh tokens of all its logins, and with a code that was not exchanged yet', async () => {
  await tenant.bind('post-login')
  const [browser, stranger] = [tenant.browser(), tenant.browser()]
  const tokens = await logInOften(browser, 3)
  const [others] = await logInOften(stranger, 1)
  const request = tenant.authorize(OFFLINE)
  const waiting = await tenant.visit(browser, request)
  await tenant.bind('post-login', postLogin(`api.session.revoke('suspicious')`))
  const end = await tenant.visit(browser, tenant.authorize())
  assert.equal(end.url.searchParams.get('error_description'), 'suspicious')
  await tenant.bind('post-login')
  assert.deepEqual(
    await Promise.all(tokens.map(refresh)),
    tokens.map(() => 'invalid_grant'),
  )
  const exchange = await tenant.token({
    grant_type: 'authorization_code',
    code: waiting.url.searchParams.get('code') ?? '',
    code_verifier: request.verifier,
    redirect_uri: tenant.server.party.redirectUri,
  })
  assert.equal(exchange.body.error, 'invalid_grant')
  assert.equal(await refresh(others), 'alive', 'another session of the same user')
})

test('refresh tokens stay when the Action says so, and the session is gone all the same', async () => {
  await tenant.bind('post-login')
  const browser = tenant.browser()
  const tokens = await logInOften(browser, 2)
  await tenant.bind('post-login', postLogin(`api.session.revoke('over', { preserveRefreshTokens: true })`))
  await tenant.visit(browser, tenant.authorize())
  await tenant.bind('post-login')
  const silent = await tenant.visit(browser, tenant.authorize({ prompt: 'none' }))
  assert.equal(silent.url.searchParams.get('error'), 'login_required')
  assert.deepEqual(await Promise.all(tokens.map(refresh)), ['alive', 'alive'])
})

test('a refresh ends the session that its token comes from, and the tokens of the other logins in it', async () => {
  await tenant.bind('post-login')
  const browser = tenant.browser()
  const [first, second] = await logInOften(browser, 2)
  await tenant.bind('post-login', postLogin(`if (event.refresh_token) api.session.revoke('stolen')`))
  assert.notEqual(await refresh(first), 'alive')
  await tenant.bind('post-login')
  assert.equal(await refresh(second), 'invalid_grant')
  const silent = await tenant.visit(browser, tenant.authorize({ prompt: 'none' }))
  assert.equal(silent.url.searchParams.get('error'), 'login_required')
})

test('the primary user is the user of the login; another id is refused with the reason, and nothing is applied', async () => {
  await tenant.bind('post-login', postLogin('api.authentication.setPrimaryUser(event.user.user_id)'))
  const { idToken } = await tenant.logIn(tenant.browser())
  await tenant.bind(
    'post-login',
    postLogin(`api.user.setUserMetadata('half', 1); api.authentication.setPrimaryUser('auth0|somebody-else')`),
  )
  const end = await tenant.visit(tenant.browser(), tenant.authorize())
  assert.equal(end.url.searchParams.get('error'), 'access_denied')
  assert.match(end.url.searchParams.get('error_description') ?? '', /setPrimaryUser: identities are not linked/)
  await tenant.bind('post-login', postLogin(`api.idToken.setCustomClaim('metadata', event.user.user_metadata)`))
  const next = await tenant.logIn(tenant.browser())
  assert.equal(next.idToken.sub, idToken.sub)
  assert.deepEqual(next.idToken.metadata, {})
})
