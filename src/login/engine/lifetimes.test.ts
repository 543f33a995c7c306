import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import type { Configuration } from 'oidc-provider'
import type { Exchange } from '../transaction/exchange.ts'
import { emptyPlan, type LoginPlan } from '../transaction/login-plan.ts'
import { attachExchange } from './engine-context.ts'
import { createLifetimes } from './lifetimes.ts'

const NOW = 1_800_000_000
const HOUR = 3_600
const DAY = 24 * HOUR

const ttl = createLifetimes(() => NOW * 1000)

/** Calls a rule with what it reads of a model, in a login whose steps have decided this. */
const lifetime = (model: 'Session' | 'RefreshToken', fields: object, plan: LoginPlan = emptyPlan()): number => {
  const req = {}
  attachExchange(req as IncomingMessage, { plan } as Exchange) // the rules read nothing else of either

  const rule: NonNullable<Configuration['ttl']>[typeof model] = ttl[model]
  assert.ok(typeof rule === 'function')
  return (rule as (context: unknown, model: unknown) => number)({ req, oidc: { entities: {} } }, fields)
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

test('an Action ends both earlier, and never later', () => {
  const [soon, late] = [(NOW + HOUR) * 1000, (NOW + 1_000 * DAY) * 1000]
  const of = (expiresAt: number): LoginPlan => ({
    ...emptyPlan(),
    session: { idleExpiresAt: expiresAt },
    tokens: { ...emptyPlan().tokens, refreshToken: { expiresAt } },
  })
  assert.equal(lifetime('Session', { accountId: 'a', loginTs: NOW }, of(soon)), HOUR)
  assert.equal(lifetime('Session', { accountId: 'a', loginTs: NOW }, of(late)), 72 * HOUR)
  assert.equal(lifetime('Session', { accountId: 'a', loginTs: NOW, notAfter: NOW + 7 }), 7)
  assert.equal(lifetime('RefreshToken', { iiat: NOW }, of(soon)), HOUR)
  assert.equal(lifetime('RefreshToken', { iiat: NOW }, of(late)), 30 * DAY)
})
