import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { assertRefused, createTestApi } from '../../test/kit/management-api.ts'

describe('feature flags', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  const parameters = { show_passkey_prompt: { type: 'boolean', value: false } }

  test('a new feature flag is a draft that carries its id under both names', async () => {
    const { status, body } = await api.call('POST', '/feature-flags', { name: 'Passkeys', parameters })
    assert.equal(status, 201)
    assert.match(body.id, /^flg_[A-HJ-NP-Za-km-z1-9]{22}$/)
    assert.equal(body.feature_flag_id, body.id)
    assert.deepEqual([body.status, body.type, body.parameters], ['draft', 'self', parameters])
    assert.ok(!('description' in body))
    assert.deepEqual((await api.call('GET', `/feature-flags/${body.id}`)).body, body)
  })

  test('names are unique in the tenant', async () => {
    await api.call('POST', '/feature-flags', { name: 'Taken', parameters })
    assertRefused(await api.call('POST', '/feature-flags', { name: 'Taken', parameters }), 409, 'feature_flag_exists')
  })
})
