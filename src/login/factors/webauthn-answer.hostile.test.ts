import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSoftwareAuthenticator, type Deviation, FLAG } from '../../cli/demo/software-authenticator.ts'
import type { StoredCredential } from '../../store/users/credential-store.ts'
import { parseAnswer, verifyCreation, verifyUse } from './webauthn-answer.ts'

const party = { id: 'login.example.com', name: 'Dev', origin: 'https://login.example.com' }
const challenge = Buffer.alloc(54, 9).toString('base64url')
const creation = { challenge, rp: { id: party.id }, user: { id: 'AAAA' } }
const use = { challenge, rpId: party.id }

const enrolled = async () => {
  const authenticator = createSoftwareAuthenticator(party.origin)
  const answer = parseAnswer(JSON.stringify(authenticator.create(creation)))
  assert.ok(answer)
  const outcome = await verifyCreation('passkey', answer, party)
  assert.ok(outcome.kind === 'verified')
  const { kind: _, ...made } = outcome
  const stored: StoredCredential = {
    ...made,
    methodId: 'm',
    userId: 'u',
    type: 'passkey',
    name: '',
    userHandle: undefined,
    publicKey: Uint8Array.from(made.publicKey),
  }
  return { authenticator, stored }
}

const UNLOCKED = FLAG.userPresent | FLAG.userVerified

const DEVIATIONS: Record<string, Deviation> = {
  'another site with our name in front': { origin: 'https://login.example.com.evil.test' },
  'our name without https': { origin: 'http://login.example.com' },
  'another port': { origin: 'https://login.example.com:8443' },
  'another relying party': { rpId: 'example.com' },
  'a ceremony of the other kind': { type: 'webauthn.other' },
  'no user present': { flags: FLAG.userVerified | FLAG.backupEligible | FLAG.backedUp },
  'backed up without being eligible': { flags: UNLOCKED | FLAG.backedUp },
}

test('answers that deviate are refused at both ceremonies', async () => {
  const { authenticator, stored } = await enrolled()
  for (const [name, deviation] of Object.entries(DEVIATIONS)) {
    const used = parseAnswer(JSON.stringify(authenticator.use(use, deviation)))
    const made = parseAnswer(JSON.stringify(createSoftwareAuthenticator(party.origin).create(creation, deviation)))
    assert.ok(used && made, name)
    assert.equal((await verifyUse(stored, used, party)).kind, 'refused', name)
    assert.equal((await verifyCreation('passkey', made, party)).kind, 'refused', name)
  }
})

test('a key of another user does not sign for a stored credential', async () => {
  const { stored } = await enrolled()
  const stranger = await enrolled()
  const answer = parseAnswer(JSON.stringify(stranger.authenticator.use(use)))
  assert.ok(answer)
  assert.equal((await verifyUse(stored, answer, party)).kind, 'refused')
})

test('a credential that begins to be copied is refused', async () => {
  const { authenticator, stored } = await enrolled()
  const answer = parseAnswer(JSON.stringify(authenticator.use(use, { flags: UNLOCKED })))
  assert.ok(answer)
  assert.deepEqual(await verifyUse(stored, answer, party), {
    kind: 'refused',
    reason: 'The backup eligibility of the credential has changed.',
  })
})

test('attestations with certificates are refused before anything reads them', async () => {
  const { fmt, attStmt } = { fmt: 'packed', attStmt: 'a163783563814101' }
  const authData = Buffer.alloc(37)
  const attestationObject = Buffer.concat([
    Buffer.from('a363666d74', 'hex'),
    Buffer.from([0x60 | fmt.length]),
    Buffer.from(fmt),
    Buffer.from('6761747453746d74', 'hex'),
    Buffer.from(attStmt, 'hex'),
    Buffer.from('68617574684461746158', 'hex'),
    Buffer.from([authData.length]),
    authData,
  ])
  const json = createSoftwareAuthenticator(party.origin).create(creation)
  const answer = parseAnswer(
    JSON.stringify({
      ...json,
      response: { ...json.response, attestationObject: attestationObject.toString('base64url') },
    }),
  )
  assert.ok(answer)
  assert.deepEqual(await verifyCreation('passkey', answer, party), {
    kind: 'refused',
    reason: 'The attestation is of a kind that is not taken.',
  })
})

test('what no browser sends is no answer', () => {
  const clientDataJSON = Buffer.from('{"challenge":"c"}').toString('base64url')
  const nonsense: unknown[] = [
    null,
    [],
    'x',
    7,
    {},
    { id: 'AAAA' },
    { id: 'AAAA', response: null },
    { id: 'AAAA', response: [] },
    { id: 7, response: { clientDataJSON } },
    { id: '', response: { clientDataJSON } },
    { id: 'A+/=', response: { clientDataJSON } },
    { id: 'A'.repeat(1_365), response: { clientDataJSON } },
    { id: 'AAAA', response: { clientDataJSON: 7 } },
    { id: 'AAAA', response: { clientDataJSON: 'bm90IGpzb24' } },
    { id: 'AAAA', response: { clientDataJSON: Buffer.from('{"challenge":7}').toString('base64url') } },
  ]
  for (const json of nonsense) assert.equal(parseAnswer(JSON.stringify(json)), undefined, JSON.stringify(json))
  for (const field of ['', '{', 'undefined']) assert.equal(parseAnswer(field), undefined)
})

test('members of the wrong kind are refused and throw nothing', async () => {
  const { authenticator, stored } = await enrolled()
  const values: unknown[] = [null, 7, [], {}, '', 'A', '====', 'A'.repeat(5_000), '__proto__']
  const [made, used] = [createSoftwareAuthenticator(party.origin).create(creation), authenticator.use(use)]
  for (const value of values) {
    for (const member of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      for (const json of [made, used]) {
        const answer = parseAnswer(JSON.stringify({ ...json, response: { ...json.response, [member]: value } }))
        assert.ok(answer)
        const outcomes = [await verifyUse(stored, answer, party), await verifyCreation('passkey', answer, party)]
        if (member in json.response && member !== 'userHandle') {
          assert.ok(
            outcomes.every(({ kind }) => kind === 'refused'),
            `${member} ${JSON.stringify(value)}`,
          )
        }
      }
    }
    for (const member of ['id', 'rawId', 'type']) {
      const answer = parseAnswer(JSON.stringify({ ...used, [member]: value }))
      if (answer) assert.equal((await verifyUse(stored, answer, party)).kind, 'refused', `${member} ${value}`)
    }
  }
})

test('every bit of an answer counts', async () => {
  const { authenticator, stored } = await enrolled()
  const json = authenticator.use(use)
  for (const member of ['authenticatorData', 'clientDataJSON', 'signature']) {
    const bytes = Buffer.from(String(json.response[member]), 'base64url')
    for (let index = 0; index < bytes.length; index += 7) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8((changed[index] ?? 0) ^ 0x10, index)
      const response = { ...json.response, [member]: changed.toString('base64url') }
      const answer = parseAnswer(JSON.stringify({ ...json, response }))
      if (answer) assert.equal((await verifyUse(stored, answer, party)).kind, 'refused', `${member} ${index}`)
    }
  }
})
