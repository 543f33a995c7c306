/** What the token endpoint says and expects of applications that exist. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { createBrowser } from '../../../test/kit/browser.ts'
import { CALLBACK, type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty, postToken, type RelyingParty } from '../../../test/kit/relying-party.ts'

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
})

after(() => server?.[Symbol.asyncDispose]())

const browser = () => createBrowser(server.issuer)

const redeem = (code: string, verifier: string, more: Record<string, string> = {}) =>
  party.token({ grant_type: 'authorization_code', code, code_verifier: verifier, ...more })

test('a redirect_uri that was sent to /authorize must be sent again, and leaving it out costs no code', async () => {
  const { code, verifier } = await party.logIn(browser())
  for (const more of [{}, { redirect_uri: '' }]) {
    const { status, body } = await redeem(code, verifier, more)
    assert.deepEqual([status, body.error], [400, 'invalid_request'])
    assert.equal(body.error_description, 'missing required parameter redirect_uri')
  }
  assert.equal((await redeem(code, verifier, { redirect_uri: CALLBACK })).status, 200)
})

test('a login without a redirect_uri goes to the only callback, and its code is redeemed without one', async () => {
  const { code, verifier } = await party.logIn(browser(), { redirect_uri: undefined })
  assert.equal((await redeem(code, verifier)).status, 200)
  const again = await party.logIn(browser(), { redirect_uri: undefined })
  assert.equal((await redeem(again.code, again.verifier, { redirect_uri: CALLBACK })).status, 200)
  const claimed = await party.logIn(browser(), { implied_redirect_uri: 'true' })
  assert.equal((await redeem(claimed.code, claimed.verifier)).status, 400, 'a request cannot claim that it sent none')
})

const tokensOf = async (scope = 'openid offline_access') => {
  const { body } = await party.exchange(await party.logIn(browser(), { scope }))
  return body
}

const refresh = (token: string) => party.token({ grant_type: 'refresh_token', refresh_token: token })

test('every refresh token that is of no use is called unknown or invalid', async () => {
  const sentence = 'Unknown or invalid refresh token.'
  const used = (await tokensOf()).refresh_token ?? ''
  const { body } = await refresh(used)
  const expired = (await tokensOf()).refresh_token ?? ''
  await sql`update oidc_payloads set expires_at = now() where model = 'RefreshToken' and consumed_at is null`.execute(
    server.database.db,
  )
  server.takeEvents()
  for (const token of ['never-issued', used, body.refresh_token ?? '', expired]) {
    const { status, body } = await refresh(token)
    assert.deepEqual([status, body.error, body.error_description], [400, 'invalid_grant', sentence])
  }
  for (const event of server.takeEvents()) assert.equal(event.description, sentence)
})

test('a code that is of no use is called invalid, and a wrong verifier or redirect_uri is named', async () => {
  const { code, verifier } = await party.logIn(browser())
  const says = async (...[given, proof, redirect]: [string, string, string]) => {
    const { status, body } = await redeem(given, proof, { redirect_uri: redirect })
    assert.deepEqual([status, body.error], [400, 'invalid_grant'])
    return body.error_description
  }
  assert.equal(await says('never-issued', verifier, CALLBACK), 'Invalid authorization code')
  assert.equal(await says(code, 'x'.repeat(43), CALLBACK), 'Failed to verify code verifier')
  assert.equal(await says(code, '', CALLBACK), 'Failed to verify code verifier')
  assert.match((await says(code, verifier, `${CALLBACK}/other`)) ?? '', /redirect_uri is not the one/)
  assert.equal((await redeem(code, verifier, { redirect_uri: CALLBACK })).status, 200)
  assert.equal(await says(code, verifier, CALLBACK), 'Invalid authorization code')
})

test('an audience may stand in the address of the token endpoint; credentials may not', async () => {
  const { clientId, clientSecret, audience } = server.credentials.management
  const ask = async (query: Record<string, string>, fields: Record<string, string>, asForm: boolean) => {
    const url = new URL(`oauth/token?${new URLSearchParams(query)}`, server.issuer)
    const response = await fetch(url, {
      method: 'POST',
      headers: asForm ? {} : { 'content-type': 'application/json' },
      body: asForm ? new URLSearchParams(fields) : JSON.stringify(fields),
    })
    return { status: response.status, body: (await response.json()) as Record<string, string> }
  }
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  for (const asForm of [true, false]) {
    assert.equal((await ask({ audience }, fields, asForm)).status, 200)
    assert.equal((await ask({ audience: 'https://other.test/' }, { ...fields, audience }, asForm)).status, 200)
  }
  const { client_secret: _, ...unproven } = fields
  const refused = await ask({ client_secret: clientSecret }, { ...unproven, audience }, true)
  assert.equal(refused.status, 401)
})

test('a revocation is answered without a body and without a type', async () => {
  const { clientId, clientSecret } = server.credentials.app
  const { refresh_token: token = '' } = await tokensOf()
  const response = await fetch(new URL('oauth/revoke', server.issuer), {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, token }),
  })
  assert.deepEqual([response.status, await response.text()], [200, ''])
  assert.equal(response.headers.get('content-type'), null)
  assert.equal((await refresh(token)).status, 400)
})

test('an organization is refused with a sentence, at /authorize and at /oauth/token', async () => {
  for (const name of ['organization', 'invitation']) {
    server.takeEvents()
    const { url } = await browser().visit(party.authorize({ [name]: 'org_1' }).url)
    const sentence = `organizations do not exist on this server: leave out ${name}`
    assert.deepEqual(
      [url.searchParams.get('error'), url.searchParams.get('error_description')],
      ['invalid_request', sentence],
    )
    assert.deepEqual(
      server.takeEvents().map(({ type, description }) => [type, description]),
      [['f', sentence]],
    )
  }
  const { clientId, clientSecret, audience } = server.credentials.management
  const { status, body } = await postToken(server.issuer, {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    audience,
    organization: 'org_1',
  })
  assert.deepEqual([status, body.error], [400, 'invalid_request'])
  assert.match(body.error_description ?? '', /organizations do not exist/)
})
