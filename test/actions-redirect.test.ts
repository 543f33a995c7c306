/** Actions that send the browser away: the tutorial's redirect, and everything that can go wrong on the way back. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { jwtVerify, SignJWT } from 'jose'
import { type ActionsTenant, startActionsTenant } from './kit/actions-tenant.ts'
import type { AuthorizeRequest, Browser, Visit } from './kit/browser.ts'

let tenant: ActionsTenant

before(async () => {
  tenant = await startActionsTenant()
})

after(() => tenant?.close())

const SECRET = 'a secret that both sides know, 32 bytes'

const CODE = `
exports.onExecutePostLogin = async (event, api) => {
  if (!api.redirect.canRedirect()) return api.idToken.setCustomClaim('asked', false)
  api.idToken.setCustomClaim('before', event.request.query.scope)
  api.user.setUserMetadata('asked', true)
  api.transaction.setMetadata('round', 1)
  const session_token = api.redirect.encodeToken({ secret: event.secrets.KEY, payload: { colour: 'red' } })
  api.redirect.sendUserTo('https://enrol.example.com/page?a=1', { query: { session_token } })
}
exports.onContinuePostLogin = async (event, api) => {
  api.idToken.setCustomClaim('query', event.request.query)
  api.idToken.setCustomClaim('method', event.request.method)
  api.idToken.setCustomClaim('round', event.transaction.metadata.round)
  if (event.request.query.session_token || event.request.body.session_token) {
    const payload = api.redirect.validateToken({ secret: event.secrets.KEY })
    api.idToken.setCustomClaim('answer', payload.answer)
  }
  api.authentication.recordMethod('https://enrol.example.com/method')
}`

const NEXT = `exports.onExecutePostLogin = async (event, api) => {
  api.idToken.setCustomClaim('next', event.transaction.metadata.round ?? null)
}`

const bindRedirect = () => tenant.bind('post-login', { code: CODE, secrets: [{ name: 'KEY', value: SECRET }] }, NEXT)

interface Away {
  readonly browser: Browser
  readonly request: AuthorizeRequest
  readonly at: Visit
  readonly state: string
}

const goAway = async (browser = tenant.browser(), parameters: Record<string, string> = {}): Promise<Away> => {
  const request = tenant.authorize(parameters)
  const at = await tenant.visit(browser, request)
  assert.equal(at.url.origin, 'https://enrol.example.com', `${at.status} ${at.url.href}`)
  return { browser, request, at, state: at.url.searchParams.get('state') ?? '' }
}

const answerToken = async (state: string, sessionToken: string): Promise<string> => {
  const key = new TextEncoder().encode(SECRET)
  const { payload } = await jwtVerify(sessionToken, key)
  return new SignJWT({ state, answer: `${String(payload.colour)} and blue` })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(payload.sub ?? '')
    .setIssuer(payload.iss ?? '')
    .setExpirationTime('5m')
    .sign(key)
}

test('the browser is sent away and comes back into the same Action; what was asked for before still counts', async () => {
  await bindRedirect()
  await tenant.events()
  const { browser, request, at, state } = await goAway()
  assert.equal(at.url.searchParams.get('a'), '1')
  const token = await answerToken(state, at.url.searchParams.get('session_token') ?? '')
  const end = await browser.visit(`/continue?${new URLSearchParams({ state, session_token: token, extra: 'x' })}`)
  const { idToken } = await tenant.redeem(end, request)
  assert.equal(idToken.before, 'openid profile email')
  assert.equal(idToken.answer, 'red and blue')
  assert.equal(idToken.round, 1)
  assert.equal(idToken.next, 1, 'the Actions after it follow, with the metadata of the transaction')
  assert.partialDeepStrictEqual(idToken, { method: 'GET', query: { extra: 'x' } })
  const login = (await tenant.events()).find(({ type }) => type === 's')
  const prompts = login?.details.prompts as { name: string; url?: string }[]
  assert.deepEqual(
    prompts.filter(({ name }) => name === 'redirect').map(({ url }) => url),
    ['https://enrol.example.com/page'],
    'without what the address said of the user',
  )
  const { executions } = (login?.details.actions ?? {}) as { executions: string[] }
  assert.equal(executions.length, 1, 'one execution, before and after the redirect')
  const execution = await tenant.api.call<{ status: string; results: unknown[] }>(
    'GET',
    `actions/executions/${executions[0]}`,
  )
  assert.deepEqual([execution.status, execution.results.length], ['final', 3])
})

test('what an Action recorded as a method is known to the next login of the session', async () => {
  await bindRedirect()
  const { browser, state } = await goAway()
  await browser.visit(`/continue?state=${state}`)
  await tenant.bind(
    'post-login',
    `exports.onExecutePostLogin = async (event, api) => {
      api.idToken.setCustomClaim('methods', event.authentication.methods.map(({name}) => name))
      api.idToken.setCustomClaim('metadata', event.user.user_metadata)
    }`,
  )
  const { idToken } = await tenant.logIn(browser)
  assert.deepEqual(idToken.methods, ['pwd', 'https://enrol.example.com/method'])
  assert.deepEqual(idToken.metadata, { asked: true })
})

test('a form from another site, which comes without cookies, continues the login in its own browser', async () => {
  await bindRedirect()
  const { browser, request, at, state } = await goAway()
  const token = await answerToken(state, at.url.searchParams.get('session_token') ?? '')
  const response = await fetch(new URL(`continue?state=${state}`, tenant.server.issuer), {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: 'https://enrol.example.com' },
    body: new URLSearchParams({ session_token: token }),
  })
  assert.equal(response.status, 303)
  const { idToken } = await tenant.redeem(await browser.visit(response.headers.get('location') ?? ''), request)
  assert.partialDeepStrictEqual(idToken, { method: 'POST', answer: 'red and blue' })
})

test('a state is used once, in its browser, as it was given: everything else is invalid_request', async () => {
  await bindRedirect()
  const { browser, request, state } = await goAway()
  const json = { accept: 'application/json' }
  const refused = async (from: Browser, path: string) => {
    const answer = await from.request(path, { headers: json })
    assert.equal(answer.status, 400, path)
    assert.equal(JSON.parse(answer.body).error, 'invalid_request')
  }
  await refused(tenant.browser(), `/continue?state=${state}`)
  for (const wrong of ['', 'x', `${state.slice(0, -1)}_`, `${state}x`, 'x'.repeat(43)]) {
    await refused(browser, `/continue?state=${wrong}`)
  }
  await refused(browser, '/continue')
  const first = await browser.request(`/continue?state=${state}`)
  assert.equal(first.status, 302)
  await refused(browser, `/continue?state=${state}`)
  const end = await browser.visit(first.headers.get('location') ?? '')
  await tenant.redeem(end, request)
  await refused(browser, `/continue?state=${state}`)
  const page = await tenant.browser().request(`/continue?state=${state}`)
  assert.equal(page.status, 400)
  assert.match(page.body, /cannot be continued/)
})

test('a person who comes back twice is led on, and the Actions run once', async () => {
  await bindRedirect()
  const { browser, request, state } = await goAway()
  const [first, second] = await Promise.all([
    browser.request(`/continue?state=${state}`),
    browser.request(`/continue?state=${state}`),
  ])
  assert.equal(first.headers.get('location'), second.headers.get('location'))
  await tenant.redeem(await browser.visit(first.headers.get('location') ?? ''), request)
  const late = await browser.visit(`/continue?state=${state}`)
  assert.match(late.body, /You are logged in/)
})

test('a token for another state, or signed by another key, fails the login', async () => {
  await bindRedirect()
  for (const forge of [
    async (session: string) => answerToken('x'.repeat(43), session),
    async () => new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode('other'.repeat(8))),
  ]) {
    const { browser, at, state } = await goAway()
    const token = await forge(at.url.searchParams.get('session_token') ?? '')
    const end = await browser.visit(`/continue?${new URLSearchParams({ state, session_token: token })}`)
    assert.equal(end.url.searchParams.get('error'), 'access_denied')
  }
})

test('an Action that is no longer bound when the browser is back fails the login, unless none is left', async () => {
  await bindRedirect()
  const gone = await goAway()
  await tenant.bind('post-login', NEXT)
  const end = await gone.browser.visit(`/continue?state=${gone.state}`)
  assert.equal(end.url.searchParams.get('error'), 'access_denied')
  await bindRedirect()
  const free = await goAway()
  await tenant.bind('post-login')
  const { idToken } = await tenant.redeem(await free.browser.visit(`/continue?state=${free.state}`), free.request)
  assert.equal(idToken.before, 'openid profile email')
})

test('where no browser can be sent, canRedirect says so, and a redirect is interaction_required', async () => {
  await bindRedirect()
  const { browser, request, state } = await goAway(tenant.browser(), { scope: 'openid offline_access' })
  const { answer } = await tenant.redeem(await browser.visit(`/continue?state=${state}`), request)
  const silent = await tenant.logIn(browser, { prompt: 'none' })
  assert.equal(silent.idToken.asked, false)
  await tenant.bind(
    'post-login',
    `exports.onExecutePostLogin = async (event, api) => { api.redirect.sendUserTo('https://enrol.example.com/') }`,
  )
  const end = await tenant.visit(browser, tenant.authorize({ prompt: 'none' }))
  assert.equal(end.url.searchParams.get('error'), 'interaction_required')
  const refreshed = await tenant.token({
    grant_type: 'refresh_token',
    refresh_token: String(answer.refresh_token),
  })
  assert.deepEqual([refreshed.status, refreshed.body.error], [400, 'interaction_required'])
})

test('single sign-on is sent away too, and comes back', async () => {
  await tenant.bind('post-login')
  const browser = tenant.browser()
  await tenant.logIn(browser)
  await bindRedirect()
  const { request, state } = await goAway(browser)
  const { idToken } = await tenant.redeem(await browser.visit(`/continue?state=${state}`), request)
  assert.equal(idToken.next, 1)
})
