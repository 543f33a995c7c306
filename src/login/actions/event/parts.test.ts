import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transactionPart } from './parts.ts'

test('the protocol and the default response mode follow from the response type', () => {
  const expected = {
    code: ['oidc-basic-profile', 'query', ['code']],
    id_token: ['oidc-implicit-profile', 'fragment', ['id_token']],
    'id_token token': ['oidc-implicit-profile', 'fragment', ['id_token', 'token']],
    'code id_token': ['oidc-hybrid-profile', 'fragment', ['code', 'id_token']],
  }
  for (const [response_type, values] of Object.entries(expected)) {
    const part = transactionPart({ response_type }, undefined)
    assert.deepEqual([part.protocol, part.response_mode, part.response_type], values, response_type)
    assert.equal(transactionPart({ response_type, response_mode: 'form_post' }, undefined).response_mode, 'form_post')
  }
})
