import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PII_FIELDS } from '../../model/log-stream.ts'
import { piiFilter } from './pii.ts'

const document = {
  type: 's',
  user_name: 'jane@example.com',
  user_id: 'auth0|1',
  client_name: 'My App',
  details: {
    username: '',
    body: { email: 'jane@example.com', phone_number: 15551234, verified: true },
    users: [{ given_name: 'Jane', family_name: 'Doe', name: 'Jane Doe' }],
    address: { street: 'Main Street 1', lines: ['a', 'b'], country: null },
  },
}

test('nothing is hidden without a configuration', () => {
  assert.equal(piiFilter(undefined)(document), document)
})

test('masking hides each field at any depth and nothing else', () => {
  const masked = piiFilter({ log_fields: [...PII_FIELDS] })(document)
  assert.deepEqual(masked, {
    type: 's',
    user_name: '********',
    user_id: 'auth0|1',
    client_name: 'My App',
    details: {
      username: '',
      body: { email: '********', phone_number: '********', verified: true },
      users: [{ given_name: '********', family_name: '********', name: '********' }],
      address: { street: '********', lines: ['********', '********'], country: null },
    },
  })
})

test('only the fields that are named are hidden', () => {
  const { details, user_name } = piiFilter({ log_fields: ['email'], method: 'mask' })(document) as typeof document // same shape
  assert.equal(user_name, 'jane@example.com')
  assert.equal(details.body.email, '********')
  assert.equal(details.body.phone_number, 15551234)
  assert.deepEqual(details.users, document.details.users)
})

test('hashing is XXH64: the same value has the same pseudonym, and the published vectors hold', () => {
  const hashed = piiFilter({ log_fields: ['email', 'username'], method: 'hash', algorithm: 'xxhash' })(document)
  const { details, user_name } = hashed as typeof document // same shape
  assert.equal(details.body.email, user_name)
  assert.match(user_name, /^[0-9a-f]{16}$/)
  const hash = (email: string) => piiFilter({ log_fields: ['email'], method: 'hash' })({ email }).email
  // XXH64 with seed 0, from the specification's sanity checks.
  assert.equal(hash('a'), 'd24ec4f1a98c6e5b')
  assert.equal(hash('abc'), '44bc2cf5ad770999')
})

test('a key that is inherited by every object is an ordinary key', () => {
  const hostile = JSON.parse('{"__proto__":{"email":"x"},"email":"y"}')
  const masked = piiFilter({ log_fields: ['email'] })(hostile)
  assert.equal(JSON.stringify(masked), '{"__proto__":{"email":"********"},"email":"********"}')
  assert.equal(({} as { email?: string }).email, undefined)
})
