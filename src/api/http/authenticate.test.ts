import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { createDpopKey, type ProofOf } from '../../../test/kit/dpop-key.ts'
import { AUDIENCE, assertRefused, createTestApi, ISSUER, signToken, TENANT } from '../../../test/kit/management-api.ts'
import { createAuthenticate } from './authenticate.ts'

const { privateKey: otherKey } = await generateKeyPair('RS256')
const now = Math.floor(Date.now() / 1000)
const claims = {
  iss: ISSUER,
  sub: 'ci@clients',
  aud: AUDIENCE,
  azp: 'ci',
  exp: now + 60,
  scope: 'read:experimentation',
}
const hmac = new TextEncoder().encode('a public key is no secret, so it must not work as one')
const noExpiry: object = { exp: undefined }
const withoutExpiry = signToken({ claims: { ...noExpiry } })
const good = await signToken()

/** What is wrong with the token, and the sentence that says so. */
const BAD: Readonly<Record<string, readonly [token: string, message: string]>> = {
  'signed by another key': [
    await signToken({ key: otherKey }),
    'Invalid signature received for JSON Web Token validation',
  ],
  'signed by a key that the tenant does not know': [
    await signToken({ key: otherKey, header: { kid: 'unknown' } }),
    'Invalid signature received for JSON Web Token validation',
  ],
  'changed after it was signed': [
    good.replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify({ ...claims, scope: 'all' })).toString('base64url')}.`),
    'Invalid signature received for JSON Web Token validation',
  ],
  'without a signature': [new UnsecuredJWT(claims).encode(), 'Invalid token: the algorithm must be RS256'],
  'signed with a shared secret': [
    await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(hmac),
    'Invalid token: the algorithm must be RS256',
  ],
  expired: [await signToken({ claims: { exp: now - 60 } }), 'Expired token received for JSON Web Token validation'],
  'without an expiry': [await withoutExpiry, 'Invalid token: no expiry'],
  'not valid yet': [await signToken({ claims: { nbf: now + 60 } }), 'Invalid token: not valid yet'],
  'for another audience': [
    await signToken({ claims: { aud: 'https://api.example.com/' } }),
    'Invalid token: wrong audience',
  ],
  'of another issuer': [await signToken({ claims: { iss: 'http://other.test/' } }), 'Invalid token: wrong issuer'],
  'no token at all': ['nonsense', 'Invalid token: malformed'],
  'three parts of nonsense': ['a.b.c', 'Invalid token: malformed'],
}

describe('bearer tokens', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())
  const path = '/api/v2/experimentation/segments'
  const get = (authorization?: string) => api.request(path, authorization ? { headers: { authorization } } : {})

  test('a token of the tenant for this API opens the door', async () => {
    assert.equal((await get(`Bearer ${good}`)).status, 200)
    assert.equal((await get(`bearer ${good}`)).status, 200)
    const both = await signToken({ claims: { aud: [AUDIENCE, `${ISSUER}userinfo`] } })
    assert.equal((await get(`Bearer ${both}`)).status, 200)
  })

  for (const [what, [token, message]] of Object.entries(BAD)) {
    test(`a token is refused: ${what}`, async () => {
      const answer = await get(`Bearer ${token}`)
      assert.equal(assertRefused(answer, 401, 'invalid_token'), message)
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer error="invalid_token"')
    })
  }

  test('no token, or another scheme, is refused before anything is read', async () => {
    assert.match(assertRefused(await get(), 401, 'invalid_token'), /^Missing authentication/)
    assert.match(assertRefused(await get('Basic Y2k6Y2k='), 401, 'invalid_token'), /malformed/)
    assert.match(assertRefused(await get(`Bearer ${good} ${good}`), 401, 'invalid_token'), /malformed/)
    assertRefused(await api.request(path, { method: 'POST', body: '{' }), 401, 'invalid_token')
  })

  test('a scope that is missing is named', async () => {
    const token = await signToken({ scope: 'create:experimentation read:logs' })
    const answer = await get(`Bearer ${token}`)
    const message = assertRefused(answer, 403, 'insufficient_scope')
    assert.equal(message, 'Insufficient scope; expected any of: read:experimentation.')
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer error="insufficient_scope"')
  })

  test('a token without scopes can do nothing', async () => {
    assertRefused(await get(`Bearer ${await signToken({ scope: '' })}`), 403, 'insufficient_scope')
  })
})

describe('tokens that are bound to a key', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())
  const [key, other] = [await createDpopKey(), await createDpopKey()]
  const token = await signToken({ claims: { cnf: { jkt: key.thumbprint } } })
  const path = '/api/v2/experimentation/segments'
  const url = `${ISSUER}${path.slice(1)}`
  const get = (authorization: string, dpop?: string, query = '') =>
    api.request(`${path}${query}`, { headers: { authorization, ...(dpop === undefined ? {} : { dpop }) } })
  const prove = (more: Partial<ProofOf> = {}, by = key) => by.prove({ url, token, ...more })

  test('open the door with a proof for this very request, and the query is no part of it', async () => {
    assert.equal((await get(`DPoP ${token}`, await prove())).status, 200)
    assert.equal((await get(`DPoP ${token}`, await prove(), '?take=1')).status, 200)
    const made = await api.request(path, {
      method: 'POST',
      headers: {
        authorization: `DPoP ${token}`,
        dpop: await prove({ method: 'POST' }),
        'content-type': 'application/json',
      },
      body: '{}',
    })
    assert.equal(made.body.errorCode, 'invalid_body')
  })

  const REFUSED: Readonly<Record<string, () => Promise<string | undefined>>> = {
    'without a proof': async () => undefined,
    'with an empty one': async () => '',
    'of another key': () => prove({}, other),
    'for another method': () => prove({ method: 'POST' }),
    'for another path': () => prove({ url: `${url}/seg_x` }),
    'for another host': () => prove({ url: url.replace('tenant.test', 'evil.test') }),
    'for another token': () => prove({ token: 'x' }),
    'of an hour ago': () => prove({ claims: { iat: now - 3600 } }),
  }
  for (const [what, make] of Object.entries(REFUSED)) {
    test(`are refused: ${what}`, async () => {
      const answer = await get(`DPoP ${token}`, await make())
      assertRefused(answer, 401, 'invalid_dpop_proof')
      assert.match(answer.headers.get('www-authenticate') ?? '', /^DPoP error="invalid_dpop_proof", algs="ES256 /)
    })
  }

  test('are no bearer tokens, with a proof or without', async () => {
    for (const dpop of [undefined, await prove()])
      assert.match(assertRefused(await get(`Bearer ${token}`, dpop), 401, 'invalid_dpop_proof'), /^The token is bound/)
  })

  test('a proof opens once, also of requests at the same moment', async () => {
    const dpop = await prove()
    const answers = await Promise.all(Array.from({ length: 5 }, () => get(`DPoP ${token}`, dpop)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401, 401])
  })

  test('a token that is bound to nothing, or in a way that is not known here, is not taken for one of them', async () => {
    assertRefused(await get(`DPoP ${good}`, await prove({ token: good })), 401, 'invalid_dpop_proof')
    const unknown = await signToken({ claims: { cnf: { 'x5t#S256': 'abc' } } })
    for (const scheme of ['Bearer', 'DPoP'])
      assertRefused(await get(`${scheme} ${unknown}`, await prove({ token: unknown })), 401, 'invalid_dpop_proof')
  })
})

describe('verified tokens', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  const request = (token: string) => new Request(ISSUER, { headers: { authorization: `Bearer ${token}` } })
  const setup = async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256')
    const state = { now: Date.now(), keys: [await exportJWK(publicKey)], reads: 0 }
    const authenticate = createAuthenticate({
      db: api.db,
      clock: () => state.now,
      verificationKeys: async () => {
        state.reads++
        return state.keys
      },
    })
    const token = await new SignJWT({ ...claims, exp: Math.floor(state.now / 1000) + 90 })
      .setProtectedHeader({ alg: 'RS256' })
      .sign(privateKey)
    const call = (tenantId = TENANT) => authenticate(request(token), { tenantId, name: 'Test', issuer: ISSUER })
    return { state, call }
  }

  test('are remembered for a minute, so that a removed key bites after that', async () => {
    const { state, call } = await setup()
    const { caller } = await call()
    assert.deepEqual(caller, { subject: 'ci@clients', clientId: 'ci', scopes: ['read:experimentation'] })
    state.keys = []
    state.now += 59_000
    assert.equal((await call()).caller, caller)
    assert.equal(state.reads, 1)
    state.now += 2_000
    await assert.rejects(call(), { code: 'invalid_token' })
  })

  test('are never trusted beyond their expiry', async () => {
    const { state, call } = await setup()
    state.now += 60_000
    await call()
    state.now += 31_000 + 5_000
    await assert.rejects(call(), { code: 'invalid_token', message: /^Expired/ })
  })

  test('of one tenant say nothing to another', async () => {
    const { state, call } = await setup()
    await call()
    state.keys = []
    await assert.rejects(call('other' as typeof TENANT), { code: 'invalid_token' })
  })
})
