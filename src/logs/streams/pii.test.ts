import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PII_FIELDS } from '../../model/log-stream.ts'
import { piiFilter } from './pii.ts'

const document = {
  type: 'sapi',
  user_name: 'jane@example.com',
  user_id: 'auth0|1',
  client_name: 'My App',
  details: {
    prompts: [{ name: 'login', user_name: 'jane@example.com' }],
    request: {
      path: '/api/v2/users/auth0%7C1',
      body: {
        email: 'jane@example.com',
        phone_number: 15551234,
        verified: true,
        username: '',
        user_metadata: { address: { street: 'Main Street 1', lines: ['a', 'b'], country: null } },
      },
    },
    response: { body: { given_name: 'Jane', family_name: 'Doe', name: 'Jane Doe' } },
  },
}

test('nothing is hidden without a configuration', () => {
  assert.equal(piiFilter(undefined)(document), document)
})

test('masking hides each field of a profile at any depth, and nothing else', () => {
  const masked = piiFilter({ log_fields: [...PII_FIELDS] })(document)
  assert.deepEqual(masked, {
    type: 'sapi',
    user_name: '********',
    user_id: 'auth0|1',
    client_name: 'My App',
    details: {
      prompts: [{ name: 'login', user_name: '********' }],
      request: {
        path: '/api/v2/users/auth0%7C1',
        body: {
          email: '********',
          phone_number: '********',
          verified: true,
          username: '',
          user_metadata: { address: { street: '********', lines: ['********', '********'], country: null } },
        },
      },
      response: { body: { given_name: '********', family_name: '********', name: '********' } },
    },
  })
})

test('only the fields that are named are hidden', () => {
  const { details, user_name } = piiFilter({ log_fields: ['email'], method: 'mask' })(document) as typeof document // same shape
  assert.equal(user_name, 'jane@example.com')
  assert.equal(details.request.body.email, '********')
  assert.equal(details.request.body.phone_number, 15551234)
  assert.deepEqual(details.response, document.details.response)
})

test('names that are not of a user are not hidden: of stages, of segments, of an SDK', () => {
  const call = {
    type: 'sapi',
    auth0_client: { name: 'node-auth0', version: '7.1.0' },
    details: {
      prompts: [{ name: 'prompt-authenticate' }],
      request: { path: '/api/v2/experimentation/segments', body: { name: 'Mobile', address: 'x' } },
      response: { body: { name: 'Mobile', email: 'x' } },
    },
  }
  assert.deepEqual(piiFilter({ log_fields: [...PII_FIELDS] })(call), call)
})

test('a path of the API that only begins like that of the users is not theirs', () => {
  for (const path of ['/api/v2/users-by', '/api/v2/users/auth0%7C1/authentication-methods', '/x/api/v2/users', '']) {
    const call = { details: { request: { path, body: { name: 'Phone' } } } }
    assert.deepEqual(piiFilter({ log_fields: ['first_name'] })(call), call, path)
  }
})

test('hashing is XXH64: the same value has the same pseudonym, and the published vectors hold', () => {
  const hashed = piiFilter({ log_fields: ['email', 'username'], method: 'hash', algorithm: 'xxhash' })(document)
  const { details, user_name } = hashed as typeof document // same shape
  assert.equal(details.request.body.email, user_name)
  assert.match(user_name, /^[0-9a-f]{16}$/)
  const hash = (name: string) => piiFilter({ log_fields: ['username'], method: 'hash' })({ user_name: name }).user_name
  // XXH64 with seed 0, from the specification's sanity checks.
  assert.equal(hash('a'), 'd24ec4f1a98c6e5b')
  assert.equal(hash('abc'), '44bc2cf5ad770999')
})

test('a key that is inherited by every object is an ordinary key', () => {
  const hostile = JSON.parse(
    '{"details":{"body":{"__proto__":{"email":"x"},"email":"y"}},"__proto__":{"user_name":"z"}}',
  )
  const masked = piiFilter({ log_fields: ['email', 'username'] })(hostile)
  assert.equal(
    JSON.stringify(masked),
    '{"details":{"body":{"__proto__":{"email":"********"},"email":"********"}},"__proto__":{"user_name":"z"}}',
  )
  assert.equal(({} as { email?: string }).email, undefined)
})
