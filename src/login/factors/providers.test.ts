import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuthenticationMethod } from '../../store/users/authentication-method-store.ts'
import { FACTOR_NAMES } from './kinds/index.ts'
import { enrolledProviders, factorsOfProvider } from './providers.ts'

const having = (...types: AuthenticationMethod['type'][]): readonly string[] =>
  // Only the type is read.
  enrolledProviders(types.map(type => ({ type })) as unknown as AuthenticationMethod[])

test('a user is enrolled with the providers of the factors that he has', () => {
  assert.deepEqual(having('totp'), ['guardian', 'google-authenticator'])
  assert.deepEqual(having('webauthn-roaming', 'recovery-code'), ['guardian'])
  assert.deepEqual(having('totp', 'webauthn-platform'), ['guardian', 'google-authenticator'])
})

test('neither a recovery code nor a passkey alone is a second factor', () => {
  assert.deepEqual(having(), [])
  assert.deepEqual(having('recovery-code', 'passkey'), [])
})

test('any is every factor; a provider that is not here has none', () => {
  assert.deepEqual(factorsOfProvider('any'), FACTOR_NAMES)
  assert.deepEqual(factorsOfProvider('guardian'), FACTOR_NAMES)
  assert.deepEqual(factorsOfProvider('google-authenticator'), ['otp', 'recovery-code'])
  for (const name of ['duo', 'none', '', 'toString', '__proto__']) assert.deepEqual(factorsOfProvider(name), [], name)
})
