import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { postToken } from '../../../test/kit/relying-party.ts'
import { ALL_SCOPES } from '../../model/scopes.ts'
import { insertResourceServer } from '../../store/tenants/resource-server-store.ts'

let server: LoginServer

before(async () => {
  server = await startLoginServer()
  await insertResourceServer(server.database.db, server.tenantId, {
    id: 'other',
    identifier: 'https://other.example.com/',
    name: 'Another API',
    scopes: ['read:things'],
    tokenLifetime: 600,
    allowOfflineAccess: false,
    isSystem: false,
  })
})

after(() => server?.[Symbol.asyncDispose]())

const fields = (more: Record<string, unknown> = {}) => {
  const { clientId, clientSecret, audience } = server.credentials.management
  return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, audience, ...more }
}

const verify = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL('.well-known/jwks.json', server.issuer)), { issuer: server.issuer })

test('a machine gets a token with every scope that it was granted', async () => {
  server.takeEvents()
  const { status, body } = await postToken(server.issuer, fields())
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(Object.keys(body).sort(), ['access_token', 'expires_in', 'scope', 'token_type'])
  assert.equal(body.expires_in, 86_400)
  const { payload, protectedHeader } = await verify(body.access_token ?? '')
  const { clientId, audience } = server.credentials.management
  const { iat, exp, ...claims } = payload
  assert.deepEqual(claims, {
    iss: server.issuer,
    sub: `${clientId}@clients`,
    aud: audience,
    azp: clientId,
    scope: ALL_SCOPES.join(' '),
    gty: 'client-credentials',
  })
  assert.equal((exp ?? 0) - (iat ?? 0), 86_400)
  assert.deepEqual([protectedHeader.alg, protectedHeader.typ], ['RS256', 'JWT'])
  const [event] = server.takeEvents()
  assert.equal(event?.type, 'seccft')
  assert.equal(event?.audience, audience)
  assert.equal(event?.client_name, 'Management')
})

test('requested scopes that were granted are given, others are left out', async () => {
  const { body } = await postToken(server.issuer, fields({ scope: 'read:logs no:such read:experimentation' }))
  assert.deepEqual(String(body.scope).split(' ').sort(), ['read:experimentation', 'read:logs'])
  const { body: nothing } = await postToken(server.issuer, fields({ scope: 'no:such' }))
  assert.equal(nothing.scope, undefined)
  assert.equal((await verify(nothing.access_token ?? '')).payload.scope, undefined)
})

test('a client proves itself by post or by Basic, in a form or in JSON', async () => {
  const { clientId, clientSecret, audience } = server.credentials.management
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  const request = { grant_type: 'client_credentials', audience }
  for (const asForm of [true, false]) {
    assert.equal((await postToken(server.issuer, fields(), { asForm })).status, 200)
    assert.equal((await postToken(server.issuer, request, { asForm, headers: { authorization: basic } })).status, 200)
  }
})

test('a wrong secret, an unknown client and none at all are refused alike and logged', async () => {
  for (const wrong of [{ client_secret: 'wrong' }, { client_id: 'nobody' }, { client_secret: undefined }]) {
    server.takeEvents()
    const { status, body } = await postToken(server.issuer, fields(wrong))
    assert.deepEqual([status, body.error], [401, 'invalid_client'])
    const [event] = server.takeEvents()
    assert.equal(event?.type, 'feccft')
    assert.ok(!JSON.stringify(event).includes(server.credentials.management.clientSecret))
  }
  assert.equal((await postToken(server.issuer, fields({ client_id: undefined }))).status, 400)
})

test('an API that is unknown, missing or not granted is refused by its name', async () => {
  const refused: [Record<string, unknown>, RegExp][] = [
    [{ audience: 'https://nowhere.example.com/' }, /Service not enabled within domain: https:\/\/nowhere/],
    [{ audience: undefined }, /No audience parameter/],
    [{ audience: 'https://other.example.com/' }, /Client is not authorized to access "https:\/\/other/],
  ]
  for (const [more, message] of refused) {
    server.takeEvents()
    const { status, body } = await postToken(server.issuer, fields(more))
    assert.deepEqual([status, body.error], [403, 'access_denied'])
    assert.match(body.error_description ?? '', message)
    assert.equal(server.takeEvents()[0]?.type, 'feccft')
  }
})

test('an application for people cannot act as a machine, nor the other way round', async () => {
  const { clientId, clientSecret } = server.credentials.app
  const asMachine = await postToken(server.issuer, fields({ client_id: clientId, client_secret: clientSecret }))
  assert.deepEqual([asMachine.status, asMachine.body.error], [403, 'unauthorized_client'])
  const asPerson = await postToken(server.issuer, fields({ grant_type: 'authorization_code', code: 'x' }))
  assert.deepEqual([asPerson.status, asPerson.body.error], [403, 'unauthorized_client'])
})
