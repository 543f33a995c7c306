import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCookieJar } from './cookie-jar.ts'

const answer = (...cookies: readonly string[]): Headers => {
  const headers = new Headers()
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return headers
}

test('cookies are sent to their path and below it, and nowhere else', () => {
  const jar = createCookieJar()
  jar.store(answer('a=1; Path=/; HttpOnly', 'b=2; Path=/authorize/x', 'c=3=4; path=/u/login'))
  assert.equal(jar.header('/'), 'a=1')
  assert.equal(jar.header('/authorize/x'), 'a=1; b=2')
  assert.equal(jar.header('/authorize/xy'), 'a=1')
  assert.equal(jar.header('/u/login/password'), 'a=1; c=3=4')
})

test('an expired cookie is forgotten', () => {
  const jar = createCookieJar()
  jar.store(answer('a=1; Path=/', 'b=2; Path=/'))
  jar.store(answer('a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'b=; Path=/; Max-Age=0'))
  assert.equal(jar.header('/'), '')
})
