import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { type Browser, createBrowser, hiddenFields } from '../../../test/kit/browser.ts'
import { CALLBACK, type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, isCallback, type RelyingParty } from '../../../test/kit/relying-party.ts'
import { insertClient } from '../../store/tenants/client-store.ts'

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
  const client = {
    name: 'Another',
    appType: 'regular_web',
    sealedSecret: undefined,
    tokenEndpointAuthMethod: 'none',
    allowedLogoutUrls: [],
    metadata: {},
  } as const
  const { db } = server.database
  const codes = { ...client, clientId: 'codes-only', grantTypes: ['authorization_code'], callbacks: [CALLBACK] }
  await insertClient(db, server.tenantId, codes)
  const grantTypes = ['authorization_code', 'implicit']
  const callbacks = ['http://intranet.test/callback', 'http://localhost:3000/callback', 'https://localhost/callback']
  await insertClient(db, server.tenantId, { ...client, clientId: 'plain-http', grantTypes, callbacks })
})

after(() => server?.[Symbol.asyncDispose]())

/** Logs in and reads what comes back in the fragment. */
const answerTo = async (parameters: Record<string, string>, browser: Browser = createBrowser(server.issuer)) => {
  const page = await browser.visit(party.authorize(parameters).url)
  const end = isCallback(page) ? page : await browser.submit(page, ADMIN)
  assert.ok(isCallback(end), end.body)
  assert.equal(end.url.search, '')
  return new URLSearchParams(end.url.hash.slice(1))
}

const verify = async (idToken: string | null) => {
  const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', server.issuer))
  const expected = { issuer: server.issuer, audience: server.credentials.app.clientId }
  return (await jwtVerify(idToken ?? '', keys, expected)).payload
}

/** OpenID Connect Core 1.0 section 3.2.2.9. */
const halfHash = (token: string | null): string =>
  createHash('sha256')
    .update(token ?? '')
    .digest()
    .subarray(0, 16)
    .toString('base64url')

test('an ID token alone, with an access token, or with a code comes in the fragment', async () => {
  server.takeEvents()
  const alone = await answerTo({ response_type: 'id_token' })
  assert.deepEqual([...alone.keys()].sort(), ['id_token', 'state'])
  const claims = await verify(alone.get('id_token'))
  assert.deepEqual([claims.nonce, claims.email], ['n', 'admin@example.com'])
  assert.deepEqual(
    server.takeEvents().map(({ type }) => type),
    ['s'],
  )

  const both = await answerTo({ response_type: 'token id_token' })
  const token = both.get('access_token')
  assert.equal((await verify(both.get('id_token'))).at_hash, halfHash(token))
  const profile = await fetch(new URL('userinfo', server.issuer), { headers: { authorization: `Bearer ${token}` } })
  assert.equal(profile.status, 200)

  const { url, verifier } = party.authorize({ response_type: 'code id_token', scope: 'openid offline_access' })
  const browser = createBrowser(server.issuer)
  const end = await browser.submit(await browser.visit(url), ADMIN)
  const hybrid = new URLSearchParams(end.url.hash.slice(1))
  assert.equal((await verify(hybrid.get('id_token'))).c_hash, halfHash(hybrid.get('code')))
  const { status, body } = await party.exchange({ code: hybrid.get('code') ?? '', verifier })
  assert.equal(status, 200)
  assert.ok(body.refresh_token)
})

test('form_post hands the ID token to the callback in a form that needs no click, and is allowed to run', async () => {
  const browser = createBrowser(server.issuer)
  const asked = party.authorize({ response_type: 'id_token', response_mode: 'form_post' })
  const page = await browser.submit(await browser.visit(asked.url), ADMIN)
  assert.equal(page.status, 200)
  assert.match(page.body, new RegExp(`<form method="post" action="${CALLBACK}">`))
  const script = /<script>(.*?)<\/script>/s.exec(page.body)?.[1] ?? ''
  const hash = createHash('sha256').update(script).digest('base64')
  assert.ok(page.headers.get('content-security-policy')?.includes(`'sha256-${hash}'`))
  const fields = Object.fromEntries([...page.body.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, n, v]) => [n, v]))
  assert.equal(fields.state, asked.state)
  assert.equal((await verify(fields.id_token ?? '')).sub?.startsWith('auth0|'), true)
  assert.deepEqual(hiddenFields(page.body), {}, 'it is no form of the hosted pages')
})

test('a refresh token is not promised where there is no code to get it with', async () => {
  const answer = await answerTo({ response_type: 'id_token token', scope: 'openid offline_access' })
  assert.equal(answer.get('scope'), 'openid')
})

test('without a nonce no ID token comes through the browser', async () => {
  const browser = createBrowser(server.issuer)
  const end = await browser.visit(party.authorize({ response_type: 'id_token', nonce: undefined }).url)
  const answer = new URLSearchParams(end.url.hash.slice(1))
  assert.equal(answer.get('error'), 'invalid_request')
  assert.match(answer.get('error_description') ?? '', /nonce/)
})

test('a client without the grant `implicit` gets codes and nothing else', async () => {
  const other = createRelyingParty(server, { clientId: 'codes-only' })
  for (const response_type of ['id_token', 'id_token token', 'code id_token']) {
    const end = await createBrowser(server.issuer).visit(other.authorize({ response_type }).url)
    const answer = new URLSearchParams(end.url.hash.slice(1))
    assert.deepEqual(
      [answer.get('error'), answer.get('error_description')],
      ['invalid_request', 'requested response_type is not allowed for this client'],
    )
  }
  assert.ok((await other.logIn(createBrowser(server.issuer))).code)
})

test('tokens do not go through a browser to plain http beyond this machine, and codes still do', async () => {
  const other = createRelyingParty(server, { clientId: 'plain-http' })
  const errorOf = async (parameters: Record<string, string>) => {
    const end = await createBrowser(server.issuer).visit(other.authorize(parameters).url)
    return new URLSearchParams(end.url.hash.slice(1)).get('error_description')
  }
  const [intranet = '', local = '', secure = ''] = [
    'http://intranet.test/callback',
    'http://localhost:3000/callback',
    'https://localhost/callback',
  ]
  for (const response_type of ['id_token', 'id_token token', 'code id_token']) {
    const sentence = await errorOf({ response_type, redirect_uri: intranet })
    assert.equal(sentence, `response_type ${response_type} needs a redirect_uri with https, or on localhost`)
    for (const redirect_uri of [local, secure]) assert.equal(await errorOf({ response_type, redirect_uri }), null)
  }
  const page = await createBrowser(server.issuer).visit(other.authorize({ redirect_uri: intranet }).url)
  assert.equal(page.url.pathname, '/u/login')
})
