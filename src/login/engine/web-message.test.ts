import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Browser, createBrowser, type Visit } from '../../../test/kit/browser.ts'
import { CALLBACK, type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, type RelyingParty } from '../../../test/kit/relying-party.ts'
import { insertClient } from '../../store/tenants/client-store.ts'

const APP_SCHEME = 'com.example.app:/callback'
/** Their origins are no source of a policy, or one of other origins, too. */
const NO_SOURCES = ['http://[::1]:3000/callback', 'https://*.example.com/callback', 'https://a;sandbox/callback']

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
  await insertClient(server.database.db, server.tenantId, {
    clientId: 'phone',
    name: 'Phone',
    appType: 'native',
    sealedSecret: undefined,
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code'],
    callbacks: [APP_SCHEME, CALLBACK, ...NO_SOURCES],
    allowedLogoutUrls: [],
    metadata: {},
  })
})

after(() => server?.[Symbol.asyncDispose]())

const newBrowser = () => createBrowser(server.issuer)

const loggedIn = async (): Promise<Browser> => {
  const browser = newBrowser()
  await party.logIn(browser)
  return browser
}

interface Answer {
  readonly origin: string
  readonly message: { readonly type: string; readonly response: Record<string, string> }
}

/** What the page posts, after a look at its policy. */
const answerOf = ({ body, headers }: Visit, origin = 'http://127.0.0.1:9'): Answer => {
  const policy = headers.get('content-security-policy') ?? ''
  const [, data = '', script = ''] = /id="answer">(.*?)<\/script>\s*<script>(.*?)<\/script>/s.exec(body) ?? []
  const hash = createHash('sha256').update(script).digest('base64')
  const expected = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    `frame-ancestors ${origin}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]
  assert.deepEqual(policy.split('; '), expected)
  assert.equal(headers.get('x-frame-options'), null)
  assert.equal(headers.get('cache-control'), 'no-store')
  return JSON.parse(data)
}

const WEB_MESSAGE = { response_mode: 'web_message' }
const SILENT = { ...WEB_MESSAGE, prompt: 'none' }

test('a silent login posts its code to the origin of the callback, and the code is good', async () => {
  const browser = await loggedIn()
  const { url, verifier, state } = party.authorize(SILENT)
  const page = await browser.visit(url)
  const { origin, message } = answerOf(page)
  assert.deepEqual([page.status, origin, message.type], [200, 'http://127.0.0.1:9', 'authorization_response'])
  assert.deepEqual(Object.keys(message.response).sort(), ['code', 'iss', 'state'])
  assert.equal(message.response.state, state)
  assert.equal((await party.exchange({ code: message.response.code ?? '', verifier })).status, 200)
})

test('a login in a popup ends with the message, and tokens may be in it', async () => {
  const browser = newBrowser()
  const asked = party.authorize({ ...WEB_MESSAGE, response_type: 'id_token token' })
  const page = await browser.submit(await browser.visit(asked.url), ADMIN)
  const { response } = answerOf(page).message
  assert.deepEqual(Object.keys(response).sort(), [
    'access_token',
    'expires_in',
    'id_token',
    'scope',
    'state',
    'token_type',
  ])
})

test('errors are posted too: those of a silent login, and of a request that the engine or this server refuses', async () => {
  const refused: readonly (readonly [parameters: Record<string, string>, error: string])[] = [
    [SILENT, 'login_required'],
    [{ ...SILENT, scope: 'openid "' }, 'invalid_scope'],
    [{ ...SILENT, organization: 'org_1' }, 'invalid_request'],
    [{ ...SILENT, connection: 'nowhere' }, 'invalid_request'],
    [{ ...SILENT, web_message_uri: CALLBACK }, 'invalid_request'],
  ]
  for (const [parameters, error] of refused) {
    const { url, state } = party.authorize(parameters)
    const page = await newBrowser().visit(url)
    const { response } = answerOf(page).message
    assert.deepEqual([page.status, response.error, response.state], [200, error, state])
    assert.ok(response.error_description)
  }
})

test('what a request says cannot end the script or run in it', async () => {
  const state = `</script><script>alert(1)</script><!--\u2028&`
  const page = await newBrowser().visit(party.authorize({ ...SILENT, state }).url)
  assert.equal(answerOf(page).message.response.state, state)
  assert.equal(page.body.split('<script').length, 3)
})

test('an answer that is withheld is posted as a failure, without a code and without a cookie', async () => {
  const browser = await loggedIn()
  server.switches.beforeRecord = () => Promise.reject(new TypeError('the log is full'))
  const { url, state } = party.authorize(SILENT)
  const page = await browser.visit(url)
  server.switches.beforeRecord = async () => {}
  const { response } = answerOf(page).message
  assert.deepEqual([page.status, response.error, response.state], [500, 'server_error', state])
  assert.deepEqual([response.code, page.headers.getSetCookie().length], [undefined, 0])
})

test('nothing is posted to a callback that is not the client’s, or has no origin', async () => {
  const other = createRelyingParty(server, { clientId: 'phone' })
  const asked = [
    party.authorize({ ...SILENT, redirect_uri: 'https://evil.example/' }),
    party.authorize({ ...SILENT, client_id: 'no-such-client' }),
    other.authorize({ ...SILENT, redirect_uri: APP_SCHEME }),
    other.authorize({ ...SILENT, redirect_uri: APP_SCHEME, scope: 'openid "' }),
  ]
  for (const { url } of asked) {
    const page = await newBrowser().visit(url)
    assert.equal(page.status, 400, page.body)
    assert.equal(page.headers.get('x-frame-options'), 'DENY')
    assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
    assert.doesNotMatch(page.body, /postMessage/)
  }
  answerOf(await newBrowser().visit(other.authorize(SILENT).url))
})

test('an origin that no policy can name is refused in a sentence, whether the answer would be a code or an error', async () => {
  const other = createRelyingParty(server, { clientId: 'phone' })
  const browser = await loggedIn()
  for (const redirect_uri of NO_SOURCES) {
    for (const parameters of [{}, { scope: 'openid "' }]) {
      const page = await browser.visit(other.authorize({ ...SILENT, redirect_uri, ...parameters }).url)
      assert.equal(page.status, 400, page.body)
      assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
      assert.match(page.body, /needs a redirect_uri with http or https whose host is a name or an IPv4 address/)
    }
  }
})

test('the pages of a login stay out of every frame, in every response mode', async () => {
  const page = await newBrowser().visit(party.authorize(WEB_MESSAGE).url)
  assert.equal(page.url.pathname, '/u/login')
  assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
})
