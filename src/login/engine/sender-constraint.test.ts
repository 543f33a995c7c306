/** DPoP (RFC 9449): a client that proves a key gets tokens that open with this key only, or no tokens. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { createBrowser } from '../../../test/kit/browser.ts'
import { createDpopKey, type DpopKey } from '../../../test/kit/dpop-key.ts'
import { CALLBACK, type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty, postToken, type TokenAnswer } from '../../../test/kit/relying-party.ts'
import { insertClient } from '../../store/tenants/client-store.ts'
import { insertResourceServer } from '../../store/tenants/resource-server-store.ts'

const API = 'https://api.example.com/'

let server: LoginServer
let key: DpopKey
let other: DpopKey

before(async () => {
  server = await startLoginServer()
  key = await createDpopKey()
  other = await createDpopKey()
  await insertResourceServer(server.database.db, server.tenantId, {
    id: 'api',
    identifier: API,
    name: 'An API',
    scopes: ['read:things'],
    tokenLifetime: 600,
    allowOfflineAccess: true,
    isSystem: false,
  })
  await insertClient(server.database.db, server.tenantId, {
    clientId: 'spa',
    name: 'Single page',
    appType: 'spa',
    sealedSecret: undefined,
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code', 'refresh_token', 'implicit'],
    callbacks: [CALLBACK],
    allowedLogoutUrls: [],
    metadata: {},
  })
})

after(() => server?.[Symbol.asyncDispose]())

const newBrowser = () => createBrowser(server.issuer)
const tokenUrl = () => `${server.issuer}oauth/token`
const proveToken = (of = key, claims: Record<string, unknown> = {}) =>
  of.prove({ url: tokenUrl(), method: 'POST', claims })

const app = () => ({ client_id: server.credentials.app.clientId, client_secret: server.credentials.app.clientSecret })
const spa = { client_id: 'spa' }
const machine = () => {
  const { clientId, clientSecret, audience } = server.credentials.management
  return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, audience }
}

const post = (fields: Record<string, string>, dpop?: string): Promise<TokenAnswer> =>
  postToken(server.issuer, fields, dpop === undefined ? {} : { headers: { dpop } })

/** Redeems a fresh code. */
const logIn = async (
  client: Record<string, string>,
  dpop: string | undefined,
  parameters: Record<string, string> = {},
): Promise<TokenAnswer> => {
  const at = createRelyingParty(server, { clientId: client.client_id ?? '' })
  const { code, verifier } = await at.logIn(newBrowser(), { scope: 'openid offline_access', ...parameters })
  const fields = { ...client, grant_type: 'authorization_code', redirect_uri: CALLBACK, code, code_verifier: verifier }
  return post(fields, dpop)
}

const refusal = ({ status, body }: TokenAnswer) => [status, body.error]

test('a code, a refresh token and client credentials give bound tokens for a proof, and bearer tokens without', async () => {
  const code = await logIn(spa, await proveToken(), { audience: API })
  const refresh = await post(
    { ...spa, grant_type: 'refresh_token', refresh_token: code.body.refresh_token ?? '' },
    await proveToken(),
  )
  const credentials = await post(machine(), await proveToken())
  for (const { status, body } of [code, refresh, credentials]) {
    assert.deepEqual([status, body.token_type], [200, 'DPoP'], JSON.stringify(body))
    assert.deepEqual(decodeJwt(body.access_token ?? '').cnf, { jkt: key.thumbprint })
  }
  const plain = await post(machine())
  assert.equal(plain.body.token_type, 'Bearer')
  assert.equal(decodeJwt(plain.body.access_token ?? '').cnf, undefined)
})

test('a proof that is not good gives no token, and above all no bearer token', async () => {
  const bad = {
    empty: '',
    nonsense: 'nonsense',
    'for another address': await key.prove({ url: `${server.issuer}userinfo`, method: 'POST' }),
    'for another method': await key.prove({ url: tokenUrl() }),
    'an hour old': await proveToken(key, { iat: Math.floor(Date.now() / 1000) - 3600 }),
  }
  for (const [what, dpop] of Object.entries(bad)) {
    for (const answer of [await logIn(app(), dpop), await logIn(spa, dpop), await post(machine(), dpop)]) {
      assert.equal(answer.status, 400, what)
      assert.match(answer.body.error ?? '', /^(invalid_dpop_proof|use_dpop_nonce)$/, what)
      assert.equal(answer.body.access_token, undefined)
    }
  }
})

test('of requests with one proof at the same moment one gets tokens, with every grant', async () => {
  const dpop = await proveToken()
  const machines = await Promise.all(Array.from({ length: 6 }, () => post(machine(), dpop)))
  assert.deepEqual(machines.map(({ status }) => status).sort(), [200, 400, 400, 400, 400, 400])
  const again = await post(machine(), dpop)
  assert.deepEqual(refusal(again), [400, 'invalid_dpop_proof'])
  assert.equal(again.body.error_description, 'the DPoP proof was used before')
  const same = await proveToken()
  const logins = await Promise.all(Array.from({ length: 4 }, () => logIn(app(), same)))
  assert.deepEqual(logins.map(({ status }) => status).sort(), [200, 400, 400, 400])
  for (const { status, body } of logins) {
    if (status === 400) assert.equal(body.error_description, 'The DPoP proof was used before')
  }
})

test('a proof from a clock that is ahead is remembered until it is over', async () => {
  const dpop = await proveToken(key, { iat: Math.floor(Date.now() / 1000) + 250 })
  assert.equal((await post(machine(), dpop)).status, 200)
  const rows = await server.database.db.selectFrom('used_challenges').select('expires_at').execute()
  assert.ok(rows.some(({ expires_at }) => expires_at.getTime() > Date.now() + 550_000))
})

test('a client whose clock is wrong gets a nonce, and with it tokens', async () => {
  const iat = Math.floor(Date.now() / 1000) - 86_400
  const refused = await logIn(spa, await proveToken(key, { iat }))
  assert.deepEqual(refusal(refused), [400, 'use_dpop_nonce'])
  const nonce = refused.headers.get('dpop-nonce')
  const answer = await logIn(spa, await proveToken(key, { iat, nonce }))
  assert.deepEqual([answer.status, answer.body.token_type], [200, 'DPoP'])
})

test('dpop_jkt at /authorize: the code needs a proof of that key', async () => {
  const parameters = { dpop_jkt: key.thumbprint }
  const none = await logIn(spa, undefined, parameters)
  assert.deepEqual(refusal(none), [400, 'invalid_grant'])
  assert.match(none.body.error_description ?? '', /announced a DPoP key/)
  assert.deepEqual(refusal(await logIn(spa, await proveToken(other), parameters)), [400, 'invalid_grant'])
  assert.equal((await logIn(spa, await proveToken(), parameters)).body.token_type, 'DPoP')
})

test('a token that comes through the browser could not be bound, so there is none for a client that names its key', async () => {
  const at = createRelyingParty(server, { clientId: 'spa' })
  const { url } = await newBrowser().visit(
    at.authorize({ response_type: 'id_token token', dpop_jkt: key.thumbprint }).url,
  )
  const answer = new URLSearchParams(url.hash.slice(1))
  assert.equal(answer.get('error'), 'invalid_request')
  assert.match(answer.get('error_description') ?? '', /bound to no key/)
})

test('a refresh token of a public client is bound to the key of its login', async () => {
  const { body } = await logIn(spa, await proveToken())
  const refresh = (dpop: string | undefined) =>
    post({ ...spa, grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' }, dpop)
  for (const dpop of [undefined, await proveToken(other)]) {
    const answer = await refresh(dpop)
    assert.deepEqual(refusal(answer), [400, 'invalid_grant'])
    assert.match(answer.body.error_description ?? '', /bound to a DPoP key/)
  }
  assert.equal((await refresh(await proveToken())).body.token_type, 'DPoP')
})

const userinfo = async (scheme: string, token: string, dpop?: string) => {
  const response = await fetch(new URL('userinfo', server.issuer), {
    headers: { authorization: `${scheme} ${token}`, ...(dpop === undefined ? {} : { dpop }) },
  })
  return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '' }
}

test('/userinfo takes a bound token, opaque or JWT, with a proof of its key and in no other way', async () => {
  const url = `${server.issuer}userinfo`
  for (const parameters of [{}, { audience: `${server.issuer}api/v2/` }]) {
    const { access_token: token = '' } = (await logIn(app(), await proveToken(), parameters)).body
    const dpop = await key.prove({ url, token })
    assert.equal((await userinfo('DPoP', token, dpop)).status, 200)
    const refused = [
      await userinfo('DPoP', token, dpop),
      await userinfo('DPoP', token, await other.prove({ url, token })),
      await userinfo('DPoP', token, await key.prove({ url })),
      await userinfo('DPoP', token, await key.prove({ url, token, method: 'POST' })),
      await userinfo('DPoP', token, await key.prove({ url: tokenUrl(), token })),
    ]
    for (const { status, challenge } of refused) {
      assert.equal(status, 401)
      assert.match(challenge, /^DPoP .*algs="ES256 /)
    }
    for (const { status } of [await userinfo('Bearer', token), await userinfo('DPoP', token)])
      assert.ok(status === 401 || status === 400)
    const inAddress = await fetch(new URL(`userinfo?access_token=${token}`, server.issuer))
    assert.equal(inAddress.status, 401)
    const parallel = await key.prove({ url, token })
    const answers = await Promise.all(Array.from({ length: 5 }, () => userinfo('DPoP', token, parallel)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401, 401])
  }
})

test('a bearer token gains nothing from a proof', async () => {
  const url = `${server.issuer}userinfo`
  for (const parameters of [{}, { audience: `${server.issuer}api/v2/` }]) {
    const { access_token: token = '' } = (await logIn(app(), undefined, parameters)).body
    assert.equal((await userinfo('DPoP', token, await key.prove({ url, token }))).status, 401)
  }
})

test('what is used up is deleted when it is over', async () => {
  await server.database.db
    .updateTable('used_challenges')
    .set({ expires_at: new Date(0) })
    .execute()
  await server.login.sweep()
  assert.equal((await server.database.db.selectFrom('used_challenges').selectAll().execute()).length, 0)
})
