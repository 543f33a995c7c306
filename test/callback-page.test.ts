/** The page at which the first application's logins end, in a whole server with its default settings. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { type ActionsTenant, startActionsTenant } from './kit/actions-tenant.ts'
import { authorizeRequest, type Browser, createBrowser, type Visit } from './kit/browser.ts'
import { createExperiment } from './kit/experiment.ts'
import type { TestServer } from './kit/server.ts'

let tenant: ActionsTenant
let server: TestServer
let page: string

before(async () => {
  tenant = await startActionsTenant()
  server = tenant.server
  page = `${server.issuer}callback`
})

after(() => tenant?.close())

/** The administrator logs in, in a new browser, without PKCE unless the parameters say otherwise. */
const logIn = async (
  parameters: Record<string, string | undefined> = {},
): Promise<{ browser: Browser; visit: Visit }> => {
  const browser = createBrowser(server.issuer)
  const { client_id: clientId } = server.credentials.app
  const { url } = authorizeRequest(server.issuer, clientId, page, {
    code_challenge: undefined,
    code_challenge_method: undefined,
    ...parameters,
  })
  const { email, password } = server.credentials.admin
  return { browser, visit: await browser.submit(await browser.visit(url), { username: email, password }) }
}

const textOf = (html: string): string =>
  html.replaceAll(/&(amp|lt|gt|#34|#39);/g, (_, name: string) =>
    String({ amp: '&', lt: '<', gt: '>', '#34': '"', '#39': "'" }[name]),
  )

const claimsOf = ({ body }: Visit): Record<string, unknown> => {
  const [, claims = ''] = /<pre>([^<]*)<\/pre>/.exec(body) ?? []
  return JSON.parse(textOf(claims))
}

const redeem = async (code: string, more: Record<string, string> = {}): Promise<Record<string, string>> => {
  const { client_id, client_secret } = server.credentials.app
  const form = { grant_type: 'authorization_code', client_id, client_secret, redirect_uri: page, code, ...more }
  const response = await fetch(new URL('oauth/token', server.issuer), {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return (await response.json()) as Record<string, string>
}

const codeOf = ({ url }: Visit): string => url.searchParams.get('code') ?? ''

test('the first application leads here by default, and the page shows who has logged in and the events', async () => {
  assert.deepEqual(server.credentials.app.callbacks, [page])
  const { visit } = await logIn()
  assert.equal(visit.url.pathname, '/callback')
  assert.equal(visit.status, 200)
  assert.match(visit.body, /<h1>You are logged in<\/h1>/)
  assert.match(visit.body, new RegExp(server.credentials.admin.email))
  const [, id = ''] = /<dt>s<\/dt>\s*<dd>Successful login<br>(\d{56})<\/dd>/.exec(visit.body) ?? []
  const api = await server.api()
  const event = await api.call<{ type: string; user_name: string }>('GET', `logs/${id}`)
  assert.deepEqual([event.type, event.user_name], ['s', server.credentials.admin.email])
})

test('the claims are those of the ID token that the code is exchanged for, an Action’s included', async () => {
  await tenant.bind(
    'post-login',
    "exports.onExecutePostLogin = async (_, api) => api.idToken.setCustomClaim('https://shop.example/plan', 'gold')",
  )
  const { visit } = await logIn({ scope: 'openid profile email phone', max_age: '600' })
  await tenant.bind('post-login')
  const shown = claimsOf(visit)
  assert.equal(shown['https://shop.example/plan'], 'gold')
  const { iat: _, exp: __, at_hash: ___, ...claims } = decodeJwt((await redeem(codeOf(visit))).id_token ?? '')
  assert.deepEqual(shown, claims)
})

test('the page uses nothing up and shows no token: the code works afterwards, also with PKCE, and the page can be loaded again', async () => {
  const verifier = 'v'.repeat(43)
  const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url')
  const { browser, visit } = await logIn({ code_challenge: challenge, code_challenge_method: 'S256' })
  const again = await browser.visit(visit.url)
  assert.deepEqual(claimsOf(again), claimsOf(visit))
  assert.ok(!/eyJ|Bearer/.test(again.body) && !again.body.includes(codeOf(visit)))
  const tokens = await redeem(codeOf(visit), { code_verifier: verifier })
  assert.ok(tokens.id_token, JSON.stringify(tokens))
  assert.match((await browser.visit(visit.url)).body, /You are logged in/)
})

test('a code that comes by a form is shown too', async () => {
  const { browser, visit } = await logIn({ response_mode: 'form_post' })
  const fields = Object.fromEntries(
    [...visit.body.matchAll(/name="(code|state|iss)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
  const posted = await browser.request('/callback', { form: fields })
  assert.match(posted.body, /You are logged in/)
})

test("a stranger's code shows nothing in another browser, and one with another state shows nothing at all", async () => {
  const { browser, visit } = await logIn()
  const other = await createBrowser(server.issuer).visit(visit.url)
  assert.equal(other.status, 403)
  assert.match(other.body, /belongs to another browser/)
  assert.ok(!other.body.includes(server.credentials.admin.email))
  const victim = await logIn()
  assert.equal((await victim.browser.visit(visit.url)).status, 403, 'nor in one that has logged in itself')
  const forged = new URL(visit.url)
  forged.searchParams.set('state', 'another')
  const refused = await browser.visit(forged)
  assert.equal(refused.status, 400)
  assert.match(refused.body, /You are not logged in/)
})

test('a code that is none, or of another time, leads back to the start', async () => {
  const browser = createBrowser(server.issuer)
  for (const code of ['x'.repeat(43), '', '\0', '%00', 'x'.repeat(5_000), '<script>']) {
    const visit = await browser.visit(`/callback?code=${encodeURIComponent(code)}&state=s`)
    assert.equal(visit.status, 400, code.slice(0, 20))
    assert.match(visit.body, /A code lives for a minute[\s\S]*<a href="\/">/)
  }
})

test('an error is shown with its description, as a quotation, escaped and cut', async () => {
  const browser = createBrowser(server.issuer)
  const refused = await browser.visit('/callback?error=access_denied&error_description=Not%20today.&state=s')
  assert.match(refused.body, /<blockquote>\s*<p class="told">Not today\.<\/p>\s*<p class="code">access_denied<\/p>/)
  const evil = '"><script>alert(1)</script>'
  const shown = await browser.visit(`/callback?${new URLSearchParams({ error: evil, error_description: evil })}`)
  assert.ok(!shown.body.includes('<script>'))
  const long = await browser.visit(`/callback?error=x&error_description=${'y'.repeat(2_000)}`)
  assert.ok(!long.body.includes('y'.repeat(301)))
  assert.match((await browser.visit('/callback')).body, /There is none/)
})

test('the variation of the login is named', async () => {
  const { experiment, treatment } = await createExperiment(await server.api(), { treatmentWeight: 100 })
  const { visit } = await logIn()
  assert.match(visit.body, new RegExp(`<dt>treatment</dt>\\s*<dd>${treatment} of ${experiment}</dd>`))
  assert.match(visit.body, /<dt>experiment_assignment_succeeded<\/dt>[\s\S]*<dt>s<\/dt>/)
})
