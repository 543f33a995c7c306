import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Effect } from '../../actions/contract/effects.ts'
import { emptyPlan } from '../transaction/login-plan.ts'
import { applyEffects, createEffectTarget } from './apply-effects.ts'

const apply = (...effects: Effect[]) => {
  const target = createEffectTarget(emptyPlan())
  applyEffects(target, effects)
  return target
}

test('of scopes, factors and cookie modes the last word counts', () => {
  const { plan } = apply(
    { kind: 'scope_added', scope: 'a' },
    { kind: 'scope_removed', scope: 'a' },
    { kind: 'multifactor', provider: 'any', allow_remember_browser: true },
    { kind: 'multifactor', provider: 'none', allow_remember_browser: false },
    { kind: 'session_cookie_mode', mode: 'persistent' },
    { kind: 'session_cookie_mode', mode: 'non-persistent' },
  )
  assert.deepEqual(plan.tokens.scopes, { a: 'removed' })
  assert.deepEqual(plan.multiFactor, { provider: 'none', allowRememberBrowser: false })
  assert.equal(plan.session.cookieMode, 'non-persistent')
})

test('of several times the earliest counts', () => {
  const { plan } = apply(
    { kind: 'session_expiry', expires_at: 20 },
    { kind: 'session_expiry', expires_at: 10 },
    { kind: 'session_expiry', expires_at: 30 },
    { kind: 'session_idle_expiry', idle_expires_at: 7 },
    { kind: 'session_idle_expiry', idle_expires_at: 8 },
    { kind: 'refresh_token_expiry', expires_at: 5 },
    { kind: 'refresh_token_expiry', expires_at: 4 },
    { kind: 'refresh_token_idle_expiry', idle_expires_at: 3 },
    { kind: 'refresh_token_idle_expiry', idle_expires_at: 9 },
  )
  assert.deepEqual(plan.session, { expiresAt: 10, idleExpiresAt: 7 })
  assert.deepEqual(plan.tokens.refreshToken, { expiresAt: 4, idleExpiresAt: 3 })
})

test('metadata is gathered by name, and null is a removal', () => {
  const { userMetadata, appMetadata } = apply(
    { kind: 'user_metadata', key: 'a', value: 1 },
    { kind: 'user_metadata', key: 'a', value: null },
    { kind: 'app_metadata', key: 'b', value: { c: [2] } },
  )
  assert.deepEqual([...userMetadata], [['a', null]])
  assert.deepEqual([...appMetadata], [['b', { c: [2] }]])
})

test('credentials end with the login only when an Action says so', () => {
  assert.deepEqual(apply({ kind: 'access_denied', reason: 'no', ends: true }).plan.revoked, {})
  const revoked = (preserve_refresh_tokens: boolean) =>
    apply({ kind: 'session_revoked', reason: 'no', preserve_refresh_tokens, ends: true }).plan.revoked
  assert.deepEqual(revoked(true), { session: 'alone' })
  assert.deepEqual(revoked(false), { session: 'with-refresh-tokens' })
  const { plan } = apply({ kind: 'refresh_token_revoked', reason: 'no', ends: true })
  assert.deepEqual(plan.revoked, { refreshToken: true })
})

test('a plan survives the way through the database', () => {
  const { plan } = apply(
    { kind: 'id_token_claim', name: 'https://example.com/a', value: { b: [1, null] } },
    { kind: 'access_token_claim', name: 'c', value: 'd' },
  )
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan)
})
