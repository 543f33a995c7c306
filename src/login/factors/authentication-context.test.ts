import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MULTI_FACTOR_ACR, toAuthenticationMethods, toTokenContext } from './authentication-context.ts'

const at = Date.UTC(2026, 10, 21, 9)
const password = { amr: ['pwd'], at }
const passkey = { amr: ['phr'], at }
const mfa = { name: 'mfa', amr: ['mfa', 'otp'], performedAt: new Date(at + 5_000) }
const own = { name: 'https://example.com/method', amr: [], performedAt: new Date(at + 9_000) }

test('an Action reads what was done, and when', () => {
  assert.deepEqual(toAuthenticationMethods(password, [mfa, own]), [
    { name: 'pwd', timestamp: '2026-11-21T09:00:00.000Z' },
    { name: 'mfa', timestamp: '2026-11-21T09:00:05.000Z' },
    { name: 'https://example.com/method', timestamp: '2026-11-21T09:00:09.000Z' },
  ])
  assert.deepEqual(
    toAuthenticationMethods(passkey, []).map(({ name }) => name),
    ['passkey'],
  )
})

test('tokens say how, and that it was multi-factor only when it was', () => {
  assert.deepEqual(toTokenContext(password, []), { amr: ['pwd'], acr: undefined })
  assert.deepEqual(toTokenContext(passkey, []), { amr: ['phr'], acr: undefined })
  assert.deepEqual(toTokenContext(password, [mfa]), { amr: ['pwd', 'mfa', 'otp'], acr: MULTI_FACTOR_ACR })
  assert.deepEqual(toTokenContext(password, [own]), { amr: ['pwd'], acr: undefined })
})

test('what a token said of a session is read back as its first factor', () => {
  const { amr } = toTokenContext(passkey, [mfa])
  assert.deepEqual(toAuthenticationMethods({ amr, at }, []), toAuthenticationMethods(passkey, []))
})
