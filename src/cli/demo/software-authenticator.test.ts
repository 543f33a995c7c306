import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import { createSoftwareAuthenticator } from './software-authenticator.ts'

const ORIGIN = 'https://login.example.com'
const challenge = Buffer.from('a challenge').toString('base64url')

/** What a library that other servers use says of an answer. */
const expected = { expectedChallenge: challenge, expectedOrigin: ORIGIN, expectedRPID: 'login.example.com' }

test('what it makes and signs is what authenticators make and sign', async () => {
  const authenticator = createSoftwareAuthenticator(ORIGIN)
  const made = authenticator.create({ challenge, rp: { id: 'login.example.com' }, user: { id: 'AAAA' } })
  const { verified, registrationInfo } = await verifyRegistrationResponse({ ...expected, response: made as never })
  assert.ok(verified)
  assert.equal(registrationInfo.credential.id, authenticator.credentialId)
  const response = authenticator.use({ challenge }) as never
  const used = await verifyAuthenticationResponse({ ...expected, response, credential: registrationInfo.credential })
  assert.ok(used.verified && used.authenticationInfo.userVerified)
})

test('each makes keys of its own, and signs only what it is told to', async () => {
  const [one, other] = [createSoftwareAuthenticator(ORIGIN), createSoftwareAuthenticator(ORIGIN)]
  const request = { challenge, rp: {}, user: { id: 'AAAA' } }
  const { registrationInfo } = await verifyRegistrationResponse({ ...expected, response: one.create(request) as never })
  other.create(request)
  assert.ok(registrationInfo)
  const { credential } = registrationInfo
  const foreign = await verifyAuthenticationResponse({
    ...expected,
    response: other.use({ challenge }) as never,
    credential,
  })
  assert.equal(foreign.verified, false)
  await assert.rejects(
    verifyAuthenticationResponse({ ...expected, response: one.use({ challenge: 'AAAA' }) as never, credential }),
  )
})
