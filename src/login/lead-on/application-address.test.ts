import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applicationAddress } from './application-address.ts'

const ISSUER = 'https://login.example.com/'
const address = (callbacks: string[], callback?: string) => applicationAddress({ callbacks }, ISSUER, callback)

test('an application says where its logins begin, and is told by whom', () => {
  const client = { initiateLoginUri: 'https://shop.example.com/login?a=1', callbacks: ['https://other.example.com/cb'] }
  assert.equal(
    applicationAddress(client, ISSUER),
    'https://shop.example.com/login?a=1&iss=https%3A%2F%2Flogin.example.com%2F',
  )
})

test('otherwise its front page is at the origin of the callback, first that of the login', () => {
  const callbacks = ['https://shop.example.com/cb?x=1#y', 'http://localhost:3001/callback']
  assert.equal(address(callbacks), 'https://shop.example.com/')
  assert.equal(address(callbacks, 'http://localhost:3001/callback'), 'http://localhost:3001/')
})

test('an application with a scheme of its own is opened, without an answer', () => {
  assert.equal(address(['com.example.app://callback/path?code=1#f']), 'com.example.app://callback/path')
})

test('what could run in the page, or is no address, is none', () => {
  const bad = [
    'javascript:alert(1)',
    'javascript://x/%0aalert(1)',
    'data:text/html,x',
    'app:/cb',
    'file:///etc',
    'x',
    '',
  ]
  assert.equal(address(bad), undefined)
  assert.equal(address([...bad, 'https://shop.example.com/cb']), 'https://shop.example.com/')
  assert.equal(address([]), undefined)
})
