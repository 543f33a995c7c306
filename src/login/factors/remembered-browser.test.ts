import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRemembered, toRememberedCookie } from './remembered-browser.ts'

const KEY = new Uint8Array(32).fill(1)
const NOW = 1_800_000_000_000
const browser = { userId: 'auth0|1', methodId: 'totp|1', until: NOW + 1_000 }
const cookie = toRememberedCookie(browser, KEY)
const user = { userId: 'auth0|1', methodIds: ['passkey|0', 'totp|1'], now: NOW }

test('a browser is remembered for its user, while the method is the user’s', () => {
  assert.equal(isRemembered(cookie, user, KEY), true)
  assert.equal(isRemembered(cookie, { ...user, userId: 'auth0|2' }, KEY), false)
  assert.equal(isRemembered(cookie, { ...user, methodIds: ['totp|2'] }, KEY), false)
  assert.equal(isRemembered(cookie, { ...user, methodIds: [] }, KEY), false)
})

test('it is forgotten when its time is over', () => {
  assert.equal(isRemembered(cookie, { ...user, now: NOW + 1_000 }, KEY), false)
})

test('only the server can write the cookie, and it names neither user nor method', () => {
  const [until, subject, signature] = cookie.split('.')
  const later = `${Number(until) + 1}.${subject}.${signature}`
  for (const forged of [
    undefined,
    '',
    'x',
    later,
    `${until}.${'A'.repeat(43)}.${signature}`,
    `${until}.${subject}.${'A'.repeat(43)}`,
  ]) {
    assert.equal(isRemembered(forged, user, KEY), false, forged)
  }
  assert.equal(isRemembered(cookie, user, new Uint8Array(32).fill(2)), false)
  assert.ok(
    !Buffer.from(subject ?? '', 'base64url')
      .toString()
      .includes('auth0'),
  )
  assert.match(cookie, /^[\w.-]+$/)
})
