import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LOG_CATEGORIES } from '../../model/log-stream.ts'
import type { LogCategory } from '../events/define-events.ts'
import { LOG_EVENT_TYPES } from '../events/index.ts'
import { categoryOf, selects } from './category.ts'
import { CATEGORY_CODES } from './category-codes.ts'

/** Does not compile when the names that filters take and those that events have are not the same. */
const names: readonly LogCategory[] = LOG_CATEGORIES
const sameNames: LogCategory extends (typeof LOG_CATEGORIES)[number] ? true : never = true

test('every event type belongs to a category that filters can name', () => {
  assert.ok(sameNames)
  for (const { type, category } of LOG_EVENT_TYPES) {
    assert.equal(categoryOf(type), category)
    assert.ok(names.includes(category), type)
  }
})

test('a code has one category, whether this product writes it or not', () => {
  const all = Object.values(CATEGORY_CODES).flat()
  assert.equal(new Set(all).size, all.length)
  for (const [code, category] of [
    ['fco', 'auth.login.fail'],
    ['sens', 'auth.login.success'],
    ['oidc_backchannel_logout_failed', 'auth.logout.fail'],
    ['fepotpft', 'auth.token_exchange.fail'],
    ['mgmt_api_read', 'management.success'],
    ['sscim', 'scim.event'],
    ['limit_mu', 'system.notification'],
    ['ublkdu', 'user.notification'],
    ['srrt', 'user.success'],
    ['fdecc', 'user.fail'],
  ] as const)
    assert.equal(categoryOf(code), category)
  // What is not there must be `other` in the table of events, too: the two tables cannot disagree.
  const unclaimed = LOG_EVENT_TYPES.filter(({ type }) => !all.includes(type))
  assert.deepEqual([...new Set(unclaimed.map(({ category }) => category))], ['other'])
})

test('a code without a category is other', () => {
  for (const type of ['gd_auth_failed', 'passkey_challenge_started', '', 'constructor'])
    assert.equal(categoryOf(type), 'other')
})

test('filters are alternatives, and none means every event', () => {
  assert.ok(selects([])('s'))
  const wanted = selects([
    { type: 'category', name: 'auth.login.fail' },
    { type: 'category', name: 'other' },
  ])
  assert.deepEqual(
    ['s', 'f', 'fp', 'fu', 'sapi', 'whatever'].filter(type => wanted(type)),
    ['f', 'fp', 'fu', 'whatever'],
  )
})
