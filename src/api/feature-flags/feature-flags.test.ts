import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createFlag, createVariation, freshName, PARAMETERS, setStatus } from '../../../test/kit/experimentation.ts'
import { assertRefused, createTestApi } from '../../../test/kit/management-api.ts'

describe('feature flags', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  test('a new flag is a draft that carries its id under both names', async () => {
    const { status, body } = await api.call('POST', '/feature-flags', { name: 'Passkeys', parameters: PARAMETERS })
    assert.equal(status, 201)
    assert.match(body.id, /^flg_[A-HJ-NP-Za-km-z1-9]{22}$/)
    assert.equal(body.feature_flag_id, body.id)
    assert.deepEqual([body.status, body.type], ['draft', 'self'])
    assert.match(body.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.ok(!('description' in body))
    assert.deepEqual((await api.call('GET', `/feature-flags/${body.id}`)).body, body)
  })

  test('parameters come back as they were written, the order of their keys included', async () => {
    const parameters = {
      zebra: { value: { z: 1, a: [2] }, type: 'object', description: 'Stripes' },
      a: { type: 'number', value: 0 },
    }
    const { body } = await api.call('POST', '/feature-flags', { name: freshName('flag'), parameters })
    assert.deepEqual(Object.keys(body.parameters), ['zebra', 'a'])
    const { body: read } = await api.call('GET', `/feature-flags/${body.id}`)
    assert.equal(JSON.stringify(read.parameters), JSON.stringify(body.parameters))
    assert.deepEqual(Object.keys(read.parameters.zebra.value), ['z', 'a'])
  })

  test('fields change, null clears the description, and parameters are replaced as a whole', async () => {
    const id = await createFlag(api)
    const parameters = { only: { type: 'array', value: [] } }
    const first = await api.call('PATCH', `/feature-flags/${id}`, {
      name: 'Renamed',
      description: 'A text',
      parameters,
    })
    assert.deepEqual(
      [first.body.name, first.body.description, first.body.parameters],
      ['Renamed', 'A text', parameters],
    )
    const second = await api.call('PATCH', `/feature-flags/${id}`, { description: null })
    assert.ok(!('description' in second.body))
    assert.ok(second.body.updated_at >= first.body.updated_at)
  })

  test('the status changes through both doors, and only forward', async () => {
    const id = await createFlag(api)
    await createVariation(api, id)
    assertRefused(
      await api.call('POST', `/feature-flags/${id}/status`, { status: 'active' }),
      400,
      'feature_flag_too_few_variations',
    )
    await createVariation(api, id)
    const { body } = await api.call('PATCH', `/feature-flags/${id}`, { status: 'active' })
    assert.equal(body.status, 'active')
    assertRefused(
      await api.call('POST', `/feature-flags/${id}/status`, { status: 'draft' }),
      400,
      'invalid_status_transition',
    )
    await setStatus(api, `/feature-flags/${id}`, 'archived')
    assertRefused(await api.call('PATCH', `/feature-flags/${id}`, { name: 'Too late' }), 400, 'feature_flag_archived')
  })

  test('asking for the status that holds answers 200 and writes nothing', async () => {
    const id = await createFlag(api)
    const { body: before } = await api.call('GET', `/feature-flags/${id}`)
    const { body } = await setStatus(api, `/feature-flags/${id}`, 'draft')
    assert.deepEqual(body, before)
  })

  test('fields and status are one change: a refused transition leaves the name alone', async () => {
    const id = await createFlag(api)
    const { body: before } = await api.call('GET', `/feature-flags/${id}`)
    assertRefused(
      await api.call('PATCH', `/feature-flags/${id}`, { name: 'Never stored', status: 'active' }),
      400,
      'feature_flag_too_few_variations',
    )
    assert.deepEqual((await api.call('GET', `/feature-flags/${id}`)).body, before)
  })

  test('a form is taken for a flat body', async () => {
    const id = await createFlag(api)
    const { status, body } = await api.call('POST', `/feature-flags/${id}/status`, 'status=archived', {
      'content-type': 'application/x-www-form-urlencoded',
    })
    assert.deepEqual([status, body.status], [200, 'archived'])
  })

  test('deleting takes the variations along, and deleting again is no failure', async () => {
    const id = await createFlag(api)
    await createVariation(api, id)
    assert.equal((await api.call('DELETE', `/feature-flags/${id}`)).status, 204)
    assert.equal((await api.call('DELETE', `/feature-flags/${id}`)).status, 204)
    assertRefused(await api.call('GET', `/feature-flags/${id}`), 404, 'inexistent_feature_flag')
  })
})
