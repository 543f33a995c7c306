/** Authentication methods that administrators give and take, as the logins of their users meet them. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeAttestationObject, parseAuthenticatorData } from '@simplewebauthn/server/helpers'
import { Secret, TOTP } from 'otpauth'
import { createSoftwareAuthenticator, type UseRequest } from '../src/cli/demo/software-authenticator.ts'
import { type ActionsTenant, startActionsTenant } from './kit/actions-tenant.ts'
import { webauthnOptionsOf } from './kit/factor-login.ts'

let tenant: ActionsTenant
let userId: string

before(async () => {
  tenant = await startActionsTenant()
  userId = String((await tenant.logIn(tenant.browser())).idToken.sub)
})

after(() => tenant?.close())

interface Method {
  readonly id: string
  readonly type: string
  readonly totp_secret?: string
  readonly last_auth_at?: string
}

const path = (methodId?: string): string =>
  `users/${encodeURIComponent(userId)}/authentication-methods${methodId ? `/${encodeURIComponent(methodId)}` : ''}`

const DEMAND = `exports.onExecutePostLogin = async (event, api) => {
  api.idToken.setCustomClaim('user', event.user)
  api.multifactor.enable('any')
}`

const codeOf = (secret: string): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate()

test('a TOTP that an administrator gave proves a login; when it is taken away, the next login sets one up', async () => {
  const method = await tenant.api.call<Method>('POST', path(), { type: 'totp' })
  await tenant.bind('post-login', DEMAND)
  const [browser, request] = [tenant.browser(), tenant.authorize()]
  const page = await tenant.visit(browser, request)
  assert.equal(page.url.pathname, '/u/mfa-otp-challenge')
  const recovery = await browser.submit(page, { code: codeOf(method.totp_secret ?? '') })
  const { idToken } = await tenant.redeem(await browser.submit(recovery, { saved: 'true' }), request)
  assert.partialDeepStrictEqual(idToken, {
    amr: ['pwd', 'mfa', 'otp'],
    user: { multifactor: ['guardian', 'google-authenticator'], enrolledFactors: [{ type: 'otp' }] },
  })
  assert.ok((await tenant.api.call<Method>('GET', path(method.id))).last_auth_at)

  await tenant.events()
  await tenant.api.call('DELETE', path(method.id))
  await tenant.api.call('DELETE', path())
  const events = await tenant.events()
  assert.deepEqual(
    events.map(({ type }) => type),
    ['gd_unenroll', 'sapi', 'gd_unenroll', 'sapi'],
  )
  assert.deepEqual(events[0]?.details.authenticator, { id: method.id, type: 'otp' })
  assert.partialDeepStrictEqual(events[2]?.details.authenticator, { type: 'recovery-code' })
  const next = await tenant.visit(tenant.browser(), tenant.authorize())
  assert.match(next.url.pathname, /enroll/)
})

test('a passkey that was made elsewhere logs its user in, by the handle that its authenticator knows', async () => {
  await tenant.bind('post-login')
  const { origin, hostname } = new URL(tenant.server.issuer)
  const authenticator = createSoftwareAuthenticator(origin)
  const user_handle = Buffer.from('user 7 of another server').toString('base64url')
  const made = authenticator.create({ challenge: 'AAAA', rp: { id: hostname }, user: { id: user_handle } })
  const attestation = decodeAttestationObject(
    Uint8Array.from(Buffer.from(String(made.response.attestationObject), 'base64url')),
  )
  const { credentialID, credentialPublicKey } = parseAuthenticatorData(attestation.get('authData'))
  assert.ok(credentialID && credentialPublicKey)
  await tenant.api.call('POST', path(), {
    type: 'passkey',
    key_id: Buffer.from(credentialID).toString('base64url'),
    public_key: Buffer.from(credentialPublicKey).toString('base64url'),
    credential_device_type: 'multi_device',
    user_handle,
  })
  const [browser, request] = [tenant.browser(), tenant.authorize()]
  const page = await browser.visit(request.url)
  const options = webauthnOptionsOf<UseRequest>(page)
  const stolen = JSON.stringify(authenticator.use(options, { userHandle: Buffer.from('user 8').toString('base64url') }))
  assert.equal((await browser.submit(page, { passkey: stolen })).url.searchParams.get('code'), null)
  const again = await browser.visit(request.url)
  const answer = JSON.stringify(authenticator.use(webauthnOptionsOf<UseRequest>(again)))
  const { idToken } = await tenant.redeem(await browser.submit(again, { passkey: answer }), request)
  assert.deepEqual([idToken.sub, idToken.amr], [userId, ['phr']])
})
