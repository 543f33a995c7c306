import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { sql } from 'kysely'
import { createBrowser } from '../../../test/kit/browser.ts'
import { startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty } from '../../../test/kit/relying-party.ts'
import { systemRandom } from '../../base/random.ts'
import { createSecretBox } from '../../base/secret-box.ts'
import { insertSigningKey } from '../../store/tenants/signing-key-store.ts'
import { createSigningKey } from '../tenant/signing-key.ts'

const ISSUER = 'https://login.example.com/'

test('behind a proxy with https, cookies are secure, bound to the host, and absolute addresses are the issuer’s', async () => {
  await using server = await startLoginServer({ issuer: ISSUER, trustedProxyHops: 1 })
  const party = createRelyingParty({ ...server, issuer: server.address })
  const browser = createBrowser(server.address, { 'x-forwarded-for': '6.6.6.6, 203.0.113.7' })
  const first = await browser.request(party.authorize().url)
  const cookies = first.headers.getSetCookie()
  for (const name of ['__Host-ec_device', '__Host-ec_browser', '__Secure-ec_resume']) {
    const cookie = cookies.find(set => set.startsWith(`${name}=`)) ?? ''
    assert.match(cookie, /; secure/i, name)
    assert.match(cookie, /; httponly/i, name)
    assert.ok(!/domain=/i.test(cookie))
  }
  const callback = await party.logIn(browser)
  assert.equal(callback.query.get('iss'), ISSUER)
  const { body } = await party.exchange(callback)
  assert.equal(decodeJwt(body.id_token ?? '').iss, ISSUER)
  const success = server.events.find(({ type }) => type === 's')
  assert.equal(success?.ip, '203.0.113.7')
  const silent = await browser.visit(party.authorize({ prompt: 'none' }).url)
  assert.ok(silent.url.searchParams.has('code'), 'the session cookie works')
  const discovery = await browser.request('/.well-known/openid-configuration')
  assert.match(discovery.body, /"token_endpoint":"https:\/\/login\.example\.com\/oauth\/token"/)
})

test('a rotated key signs, and tokens of the key before it still verify', async () => {
  let ahead = 0
  await using server = await startLoginServer({ clock: () => Date.now() + ahead })
  const party = createRelyingParty(server)
  const secretBox = createSecretBox(new Uint8Array(32).fill(7))
  const audience = `${server.issuer}api/v2/`
  const before = await party.exchange(await party.logIn(createBrowser(server.issuer), { audience }))
  const next = await createSigningKey(server.tenantId, 'next', { random: systemRandom, secretBox })
  const { db } = server.database
  await insertSigningKey(db, server.tenantId, next)
  await sql`update signing_keys set status = case status when 'current' then 'previous' else 'current' end`.execute(db)
  ahead = 61_000
  const after = await party.exchange(await party.logIn(createBrowser(server.issuer), { audience }))
  assert.equal(decodeProtectedHeader(after.body.access_token ?? '').kid, next.kid)
  assert.notEqual(decodeProtectedHeader(before.body.access_token ?? '').kid, next.kid)
  const keys = await server.login.verificationKeys(server.tenantId)
  assert.deepEqual([keys.length, keys[0]?.kid], [2, next.kid])
  for (const { body } of [before, after]) {
    const answer = await fetch(new URL('userinfo', server.issuer), {
      headers: { authorization: `Bearer ${body.access_token}` },
    })
    assert.equal(answer.status, 200)
  }
})

test('a revoked refresh token is of no use, and no other client can revoke it', async () => {
  await using server = await startLoginServer()
  const party = createRelyingParty(server)
  const { body } = await party.exchange(
    await party.logIn(createBrowser(server.issuer), { scope: 'openid offline_access' }),
  )
  const token = body.refresh_token ?? ''
  const revoke = ({ clientId, clientSecret }: { clientId: string; clientSecret: string }) =>
    fetch(new URL('oauth/revoke', server.issuer), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: clientId, client_secret: clientSecret, token }),
    })
  assert.equal((await revoke(server.credentials.management)).status, 400)
  const refreshed = await party.token({ grant_type: 'refresh_token', refresh_token: token })
  assert.equal(refreshed.status, 200)
  const rotated = refreshed.body.refresh_token ?? ''
  assert.equal((await revoke({ ...server.credentials.app, clientSecret: 'wrong' })).status, 401)
  assert.equal((await revoke(server.credentials.app)).status, 200)
  assert.equal((await party.token({ grant_type: 'refresh_token', refresh_token: rotated })).status, 400)
})
