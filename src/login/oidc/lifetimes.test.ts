import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Configuration } from 'oidc-provider'
import { createLifetimes } from './lifetimes.ts'

const NOW = 1_800_000_000
const HOUR = 3_600
const DAY = 24 * HOUR

const ttl = createLifetimes(() => NOW * 1000)

/** Calls a rule with what it reads of a model. */
const lifetime = (model: 'Session' | 'RefreshToken', fields: object): number => {
  const rule: NonNullable<Configuration['ttl']>[typeof model] = ttl[model]
  assert.ok(typeof rule === 'function')
  return (rule as (context: unknown, model: unknown) => number)(undefined, fields)
}

test('a session ends after three days without use, and a week after the login at the latest', () => {
  assert.equal(lifetime('Session', { accountId: 'a', loginTs: NOW }), 72 * HOUR)
  assert.equal(lifetime('Session', { accountId: 'a', loginTs: NOW - 100 * HOUR }), 68 * HOUR)
  assert.equal(lifetime('Session', { accountId: 'a', loginTs: NOW - 200 * HOUR }), 1)
  assert.equal(lifetime('Session', {}), HOUR)
})

test('a refresh token ends after thirty days without use, and a year after the login at the latest', () => {
  assert.equal(lifetime('RefreshToken', { iiat: NOW }), 30 * DAY)
  assert.equal(lifetime('RefreshToken', { iiat: NOW - 350 * DAY }), 15 * DAY)
  assert.equal(lifetime('RefreshToken', { iiat: NOW - 366 * DAY }), 1)
})
