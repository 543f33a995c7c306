import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAllowedReturn } from './return-address.ts'

const ALLOWED = [
  'https://shop.example.com/bye',
  'https://*.example.org/',
  'http://localhost:8080',
  'com.example.app://out',
]

test('scheme, host and path decide; query and fragment do not where they are free', () => {
  const yes = [
    'https://shop.example.com/bye',
    'HTTPS://Shop.Example.COM/bye',
    'https://shop.example.com/bye?a=1#b',
    'https://a.example.org/',
    'https://a.b.example.org',
    'http://localhost:8080/',
    'com.example.app://out',
  ]
  for (const address of yes) assert.ok(isAllowedReturn(address, ALLOWED, 'free'), address)
})

test('an address that only looks alike is refused', () => {
  const no = [
    '',
    '/bye',
    '//shop.example.com/bye',
    'http://shop.example.com/bye',
    'https://shop.example.com/Bye',
    'https://shop.example.com/bye/more',
    'https://shop.example.com.evil.example/bye',
    'https://shop.example.com:444/bye',
    'https://shop.example.com@evil.example/bye',
    'https://user@shop.example.com/bye',
    'https://example.org/',
    'https://evil.example?.example.org/',
    'https://evil.example/.example.org/',
    'https://evilexample.org/',
    'javascript:alert(1)',
    'com.example.app://in',
    'http://localhost:8081/',
  ]
  for (const address of no) assert.ok(!isAllowedReturn(address, ALLOWED, 'free'), address)
})

test('where query and fragment are those of the list, nothing is added, changed or left out', () => {
  const list = ['https://shop.example.com/bye', 'https://shop.example.com/end?from=ec', 'https://*.example.org/?a=1']
  const yes = ['https://shop.example.com/bye', 'https://Shop.example.com/end?from=ec', 'https://x.example.org/?a=1']
  for (const address of yes) assert.ok(isAllowedReturn(address, list, 'listed'), address)
  const no = [
    'https://shop.example.com/bye?next=https://evil.example/',
    'https://shop.example.com/bye#x',
    'https://shop.example.com/end',
    'https://shop.example.com/end?from=other',
    'https://shop.example.com/end?from=ec&more=1',
    'https://x.example.org/',
  ]
  for (const address of no) assert.ok(!isAllowedReturn(address, list, 'listed'), address)
})
