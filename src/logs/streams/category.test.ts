import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LOG_CATEGORIES } from '../../model/log-stream.ts'
import type { LogCategory } from '../events/event-type.ts'
import { LOG_EVENT_TYPES } from '../events/index.ts'
import { categoryOf, selects } from './category.ts'

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

test('a code that nobody classified is other', () => {
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
