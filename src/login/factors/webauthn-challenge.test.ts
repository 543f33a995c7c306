import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../base/random.ts'
import { type ChallengeBinding, checkChallenge, createChallenge } from './webauthn-challenge.ts'

const key = new Uint8Array(32).fill(3)
const now = 1_800_000_000_000
const binding: ChallengeBinding = {
  tenantId: 'dev',
  transactionId: 'x7Kp2NvQmH4sYw9LzTcB1g',
  ceremony: 'get',
  type: 'passkey',
  userId: 'auth0|1',
}

const challenge = (wishes: Partial<ChallengeBinding> = {}, expiresAt = now + 1_000) =>
  Buffer.from(createChallenge({ ...binding, ...wishes }, expiresAt, { key, random: systemRandom })).toString(
    'base64url',
  )

const check = (text: string, at = now) => checkChallenge(text, binding, { key, now: at })

test('a challenge is good for what it was made for, until its end', () => {
  assert.deepEqual(check(challenge()), new Date(now + 1_000))
  assert.equal(check(challenge(), now + 1_000), undefined)
  assert.notEqual(challenge(), challenge())
})

test('a challenge is good for no other tenant, transaction, ceremony, type or user', () => {
  const others: Partial<ChallengeBinding>[] = [
    { tenantId: 'other' },
    { transactionId: 'another' },
    { ceremony: 'create' },
    { type: 'webauthn-roaming' },
    { userId: 'auth0|2' },
    { userId: undefined },
  ]
  for (const other of others) assert.equal(check(challenge(other)), undefined, JSON.stringify(other))
})

test('a challenge that we did not make is none', () => {
  const bytes = Buffer.from(challenge(), 'base64url')
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8((changed[index] ?? 0) ^ 1, index)
    assert.equal(check(changed.toString('base64url')), undefined, `byte ${index}`)
  }
  for (const text of ['', 'AAAA', bytes.subarray(1).toString('base64url'), `${challenge()}AAAA`]) {
    assert.equal(check(text), undefined)
  }
  assert.equal(checkChallenge(challenge(), binding, { key: new Uint8Array(32), now }), undefined)
})
