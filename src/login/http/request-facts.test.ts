import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { auth0Client, clientAddress, requestHostname } from './request-facts.ts'

// Only the fields that the functions read.
const request = (headers: Record<string, string>, remoteAddress = '::ffff:10.0.0.1') =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage

test('without trusted proxies the peer is the client, not the one that the header names', () => {
  assert.equal(clientAddress(request({ 'x-forwarded-for': '203.0.113.7' }), 0), '10.0.0.1')
})

test('behind proxies the entry of the outermost trusted one counts, not what the client wrote before it', () => {
  const forged = request({ 'x-forwarded-for': '1.2.3.4, 203.0.113.7, 10.0.0.9' })
  assert.equal(clientAddress(forged, 1), '10.0.0.9')
  assert.equal(clientAddress(forged, 2), '203.0.113.7')
})

test('a malformed or missing header falls back to the peer', () => {
  assert.equal(clientAddress(request({ 'x-forwarded-for': 'unknown' }), 1), '10.0.0.1')
  assert.equal(clientAddress(request({}), 1), '10.0.0.1')
  assert.equal(clientAddress(request({ 'x-forwarded-for': '203.0.113.7' }), 3), '10.0.0.1')
})

test('the host name is read without its port; nonsense is no host name', () => {
  const cases: Record<string, string> = {
    'Login.Example.com': 'login.example.com',
    'localhost:3000': 'localhost',
    '[::1]:3000': '[::1]',
    'a/b': '',
    'a b': '',
    '-a': '',
    'a:999999': '',
    '': '',
  }
  for (const [host, expected] of Object.entries(cases)) assert.equal(requestHostname(request({ host })), expected, host)
})

test('the SDK header is decoded; anything else is ignored', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
  assert.deepEqual(auth0Client(encode({ name: 'auth0.js', version: '9' })), { name: 'auth0.js', version: '9' })
  for (const value of [undefined, '', 'x', encode([1]), encode('a'), encode({ a: 'x'.repeat(2_000) })])
    assert.equal(auth0Client(value), undefined)
})
