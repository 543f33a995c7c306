import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jwtVerify, SignJWT } from 'jose'
import { readToken, signToken } from './token.ts'

const KEY = 'a secret that both sides know, 32 bytes'
const NOW = 1_800_000_000_000
const seconds = NOW / 1000

test('another JWT library verifies what is signed here', async () => {
  const token = signToken(JSON.stringify({ sub: 'auth0|1', exp: 4_000_000_000 }), KEY)
  const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(KEY))
  assert.equal(payload.sub, 'auth0|1')
  assert.equal(protectedHeader.alg, 'HS256')
})

test('what another JWT library signs is read here', async () => {
  const token = await new SignJWT({ colour: 'blåbær', state: 'abc' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(seconds + 60)
    .sign(new TextEncoder().encode(KEY))
  const read = readToken(token, KEY, NOW)
  assert.equal(typeof read === 'string' && JSON.parse(read).colour, 'blåbær')
})

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const valid = signToken(JSON.stringify({ exp: seconds + 60 }), KEY)
const [header, payload, signature] = valid.split('.')

const REFUSED: Record<string, string> = {
  'signed with another key': signToken('{}', 'another key'),
  'with a changed payload': `${header}.${encode({ exp: seconds + 6000 })}.${signature}`,
  'without a signature': `${encode({ alg: 'none' })}.${payload}.`,
  'of algorithm none with a signature': `${encode({ alg: 'none' })}.${payload}.${signature}`,
  'of another HMAC': `${encode({ alg: 'HS512' })}.${payload}.${signature}`,
  'that has expired': signToken(JSON.stringify({ exp: seconds }), KEY),
  'whose expiry is text': signToken(JSON.stringify({ exp: '99999999999' }), KEY),
  'that is not valid yet': signToken(JSON.stringify({ nbf: seconds + 60 }), KEY),
  'with a payload that is no object': signToken('[1]', KEY),
  'in four parts': `${valid}.${signature}`,
  'that is no token': 'hello',
  'that is empty': '',
}

for (const [what, token] of Object.entries(REFUSED)) {
  test(`a token ${what} is refused with a reason`, () => {
    const read = readToken(token, KEY, NOW)
    assert.ok(typeof read === 'object' && read.error.length > 10)
  })
}
