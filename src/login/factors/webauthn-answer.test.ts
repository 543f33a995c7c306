import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSoftwareAuthenticator, FLAG } from '../../cli/demo/software-authenticator.ts'
import { userHandleOf } from '../../model/webauthn-credential.ts'
import type { CredentialType, StoredCredential } from '../../store/users/credential-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import { creationOptions, requestOptions } from './ceremony.ts'
import { type Answer, parseAnswer, verifyCreation, verifyUse } from './webauthn-answer.ts'

const party = { id: 'localhost', name: 'Dev', origin: 'http://localhost:3000' }
const challenge = new Uint8Array(32).fill(5)
// Only what the options name.
const user = { userId: 'auth0|1', email: 'ada@example.com', name: 'Ada' } as unknown as UserRecord

const parsed = (json: unknown): Answer => {
  const answer = parseAnswer(JSON.stringify(json))
  assert.ok(answer)
  return answer
}

const optionsFor = (type: CredentialType) =>
  creationOptions(type, { party, tenantId: 'dev', user, methods: [], challenge })

const enrolled = async (type: CredentialType = 'passkey') => {
  const authenticator = createSoftwareAuthenticator(party.origin)
  const outcome = await verifyCreation(type, parsed(authenticator.create(await optionsFor(type))), party)
  assert.ok(outcome.kind === 'verified', JSON.stringify(outcome))
  const { kind: _, ...made } = outcome
  const stored: StoredCredential = {
    ...made,
    methodId: 'm',
    userId: user.userId,
    type,
    name: 'Passkey',
    userHandle: undefined,
    publicKey: Uint8Array.from(made.publicKey),
  }
  const request = requestOptions(type, { party, methods: undefined, challenge })
  return { authenticator, stored, request }
}

test('a passkey is made, stored and used', async () => {
  const { authenticator, stored, request } = await enrolled()
  assert.equal(stored.credential.id, authenticator.credentialId)
  assert.deepEqual(stored.credential.transports, ['hybrid', 'internal'])
  assert.equal(stored.credential.backupEligible, true)
  const outcome = await verifyUse(stored, parsed(authenticator.use(request)), party)
  assert.deepEqual(outcome, { kind: 'verified', signCount: 0, backedUp: true })
})

test('options ask for what each type stands for', async () => {
  const { authenticatorSelection: passkey, hints, attestation } = await optionsFor('passkey')
  assert.equal(passkey?.residentKey, 'required')
  assert.equal(passkey?.userVerification, 'required')
  assert.equal(passkey?.authenticatorAttachment, undefined)
  assert.equal(attestation, 'none')
  assert.ok(!hints?.length)
  const { authenticatorSelection: platform } = await optionsFor('webauthn-platform')
  assert.equal(platform?.authenticatorAttachment, 'platform')
  assert.equal(platform?.userVerification, 'required')
  const { authenticatorSelection: roaming, user: named } = await optionsFor('webauthn-roaming')
  assert.equal(roaming?.authenticatorAttachment, 'cross-platform')
  assert.equal(roaming?.userVerification, 'discouraged')
  assert.equal(named.id, Buffer.from(userHandleOf('dev', user.userId)).toString('base64url'))
  assert.ok(!Buffer.from(named.id, 'base64url').toString().includes('auth0'))
})

test('a login with a passkey names no credential; a second factor names those of its type', async () => {
  const method = (id: string, type: CredentialType) => ({
    id,
    type,
    name: '',
    createdAt: new Date(),
    lastAuthAt: undefined,
    credential: {
      id,
      transports: ['usb'],
      aaguid: '',
      backupEligible: false,
      backedUp: false,
      publicKey: new Uint8Array(),
      userHandle: undefined,
      userAgent: undefined,
    },
  })
  const methods = [method('AAAA', 'passkey'), method('BBBB', 'webauthn-roaming')]
  const login = requestOptions('passkey', { party, methods: undefined, challenge })
  assert.ok(!login.allowCredentials?.length)
  const factor = requestOptions('webauthn-roaming', { party, methods, challenge })
  assert.deepEqual(
    factor.allowCredentials?.map(({ id }) => id),
    ['BBBB'],
  )
  const creation = creationOptions('passkey', { party, tenantId: 'dev', user, methods, challenge })
  assert.deepEqual(
    creation.excludeCredentials?.map(({ id }) => id),
    ['AAAA', 'BBBB'],
  )
})

test('a counter must grow', async () => {
  const { authenticator, stored, request } = await enrolled()
  const use = async (known: number, signCount: number) =>
    (await verifyUse({ ...stored, signCount: known }, parsed(authenticator.use(request, { signCount })), party)).kind
  assert.equal(await use(7, 8), 'verified')
  for (const signCount of [7, 6, 0]) assert.equal(await use(7, signCount), 'refused', String(signCount))
})

test('a passkey that was not unlocked is refused, a security key need not be', async () => {
  const flags = FLAG.userPresent | FLAG.backupEligible | FLAG.backedUp
  for (const [type, expected] of [
    ['passkey', 'refused'],
    ['webauthn-platform', 'refused'],
    ['webauthn-roaming', 'verified'],
  ] as const) {
    const { authenticator, stored, request } = await enrolled(type)
    assert.equal((await verifyUse(stored, parsed(authenticator.use(request, { flags })), party)).kind, expected, type)
    const made = createSoftwareAuthenticator(party.origin).create(await optionsFor(type), { flags })
    assert.equal((await verifyCreation(type, parsed(made), party)).kind, expected, type)
  }
})
