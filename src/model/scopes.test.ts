import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALL_SCOPES, SCOPES } from './scopes.ts'

test('every scope is an action and a noun, and is documented by a sentence', () => {
  for (const scope of ALL_SCOPES) {
    assert.match(scope, /^(read|create|update|delete):[a-z_]+$/)
    assert.match(SCOPES[scope], /^[A-Z].*\.$/)
  }
})
