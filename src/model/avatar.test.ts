import assert from 'node:assert/strict'
import { test } from 'node:test'
import { avatarAt, pictureOf } from './avatar.ts'

const ISSUER = 'https://login.example.com/'

test('a user without a picture has the first two letters of the address, drawn by the issuer', () => {
  const expected: Readonly<Record<string, string>> = {
    'ada@example.com': 'ad',
    'A.Lovelace@example.com': 'al',
    '7up@example.com': '7u',
    'a@example.com': 'user',
    'łukasz@example.com': 'user',
    '"><script>@example.com': 'user',
  }
  for (const [email, name] of Object.entries(expected))
    assert.equal(pictureOf({ email }, ISSUER), `${ISSUER}u/avatars/${name}.svg`, email)
})

test('a picture of the user’s own stays', () => {
  const picture = 'https://images.example.com/ada.png'
  assert.equal(pictureOf({ email: 'ada@example.com', picture }, ISSUER), picture)
})

test('every address that is given out is an image, and no other path is', () => {
  assert.match(avatarAt('/u/avatars/ad.svg') ?? '', /^<svg .*>AD<\/text><\/svg>$/)
  assert.match(avatarAt('/u/avatars/user.svg') ?? '', /^<svg .*<circle /)
  for (const path of [
    '/u/avatars/',
    '/u/avatars/abc.svg',
    '/u/avatars/<b.svg',
    '/u/avatars/AD.svg',
    '/u/avatars/ad.png',
  ])
    assert.equal(avatarAt(path), undefined, path)
})
