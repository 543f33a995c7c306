import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOriginOfCallback } from './web-origin.ts'

const CALLBACKS = ['https://app.example.com/callback', 'http://localhost:3000/cb', 'com.example.app://callback']

test('a web callback stands for its own origin', () => {
  for (const origin of ['https://app.example.com', 'http://localhost:3000']) {
    assert.equal(isOriginOfCallback(CALLBACKS, origin), true, origin)
  }
})

test('no other origin is one, and least of all none', () => {
  const others = ['null', '', 'com.example.app://callback', 'http://app.example.com', 'https://app.example.com:8443']
  for (const origin of [...others, 'https://app.example.com/', 'http://localhost', 'https://evil.example']) {
    assert.equal(isOriginOfCallback([...CALLBACKS, 'data:text/html,x', 'not an address'], origin), false, origin)
  }
})
