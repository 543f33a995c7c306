import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStrikes } from './strikes.ts'

test('a program that broke its memory runs apart for a minute', () => {
  const strikes = createStrikes()
  strikes.addSevere(1, 0)
  assert.equal(strikes.isApart(1, 59_999), true)
  assert.equal(strikes.isApart(1, 60_000), false)
  assert.equal(strikes.isApart(2, 0), false)
})

test('slow calls count only when three of them fall into one minute', () => {
  const strikes = createStrikes()
  for (const at of [0, 50_000, 61_000]) strikes.addSlow(1, at)
  assert.equal(strikes.isApart(1, 61_000), false)
  strikes.addSlow(1, 62_000)
  assert.equal(strikes.isApart(1, 62_000), true)
})
