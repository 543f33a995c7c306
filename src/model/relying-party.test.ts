import assert from 'node:assert/strict'
import { test } from 'node:test'
import { relyingPartyOf } from './relying-party.ts'

const of = (issuer: string) => relyingPartyOf({ issuer, name: 'Dev' })

test('the host name and the origin are those of the issuer', () => {
  assert.deepEqual(of('https://login.example.com/'), {
    id: 'login.example.com',
    name: 'Dev',
    origin: 'https://login.example.com',
  })
  assert.equal(of('http://localhost:3000/')?.origin, 'http://localhost:3000')
  assert.equal(of('http://dev.localhost:3000/')?.id, 'dev.localhost')
})

test('browsers offer no WebAuthn at an IP address or without https', () => {
  for (const issuer of [
    'http://127.0.0.1:3000/',
    'https://192.168.0.7/',
    'https://[::1]/',
    'http://login.example.com/',
  ]) {
    assert.equal(of(issuer), undefined, issuer)
  }
})
