import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passkeyPolicyOf } from './passkey-policy.ts'

const of = (options: Record<string, unknown>) => passkeyPolicyOf({ options })

test('passkeys are offered unless a connection turns them off, and no user is asked for one unless it says so', () => {
  const offered = { enabled: true, button: true, autofill: true, progressiveEnrollment: false }
  assert.deepEqual(of({}), offered)
  assert.deepEqual(of({ authentication_methods: { passkey: { enabled: true } } }), offered)
  assert.deepEqual(of({ passkey_options: { progressive_enrollment_enabled: true } }), {
    ...offered,
    progressiveEnrollment: true,
  })
  const off = { authentication_methods: { passkey: { enabled: false } } }
  assert.deepEqual(of({ ...off, passkey_options: { progressive_enrollment_enabled: true } }), {
    enabled: false,
    button: false,
    autofill: false,
    progressiveEnrollment: false,
  })
})

test('a connection chooses how the login page offers them', () => {
  const ui = (challenge_ui: unknown) => {
    const { button, autofill } = of({ passkey_options: { challenge_ui } })
    return { button, autofill }
  }
  assert.deepEqual(ui('both'), { button: true, autofill: true })
  assert.deepEqual(ui('button'), { button: true, autofill: false })
  assert.deepEqual(ui('autofill'), { button: false, autofill: true })
})

test('options of any other shape are no options', () => {
  for (const value of [null, 7, 'x', [], { passkey: 'no' }]) {
    assert.equal(of({ authentication_methods: value, passkey_options: value }).enabled, true)
  }
})
