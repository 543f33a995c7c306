import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADDRESS_KEYS, REDACTED_KEYS, redact } from './redact.ts'

test('the value of every secret key is replaced, at any depth and in any case', () => {
  for (const key of REDACTED_KEYS) {
    const redacted = JSON.stringify(redact({ list: [{ [key.toUpperCase()]: { deep: 'hush' }, kept: 1 }] }))
    assert.ok(!redacted.includes('hush'), key)
    assert.ok(redacted.includes('"kept":1'))
  }
})

test('of an address the secret part is replaced, and where it goes stays', () => {
  for (const key of ADDRESS_KEYS.keys()) {
    const redacted = JSON.stringify(redact({ sink: { [key]: 'https://hooks.test/?token=hush' } }))
    assert.match(redacted, /hooks\.test/)
    assert.doesNotMatch(redacted, /hush/)
    assert.doesNotMatch(JSON.stringify(redact({ [key]: ['https://hooks.test/?token=hush'] })), /hush/)
  }
  assert.deepEqual(redact({ httpEndpoint: 'https://hooks.test/auth?token=hush' }), {
    httpEndpoint: 'https://hooks.test/auth?********',
  })
  assert.deepEqual(redact({ httpEndpoint: 'https://hooks.test/auth' }), { httpEndpoint: 'https://hooks.test/auth' })
})

test('everything else is copied as it is, odd keys included', () => {
  const value = JSON.parse('{"__proto__": {"x": 1}, "a": [null, true, "s", 1.5]}')
  assert.equal(JSON.stringify(redact(value)), JSON.stringify(value))
  assert.equal(redact(undefined), undefined)
})
