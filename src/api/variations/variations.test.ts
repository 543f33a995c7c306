import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createFlag, createVariation, freshName, setStatus } from '../../../test/kit/experimentation.ts'
import { assertRefused, createTestApi } from '../../../test/kit/management-api.ts'

describe('variations', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  test('overrides come back in the form in which they were written', async () => {
    const path = `/feature-flags/${await createFlag(api)}/variations`
    const overrides = { show_passkey_prompt: { value: true }, prompt_style: 'modal' }
    const { status, body } = await api.call('POST', path, { name: 'Treatment', description: 'Asks', overrides })
    assert.equal(status, 201)
    assert.match(body.id, /^var_[A-HJ-NP-Za-km-z1-9]{22}$/)
    assert.equal(body.variation_id, body.id)
    assert.deepEqual(body.overrides, overrides)
    assert.deepEqual((await api.call('GET', `${path}/${body.id}`)).body, body)
  })

  test('the list holds all variations in order of creation, without pages', async () => {
    const flag = await createFlag(api)
    const ids = [await createVariation(api, flag), await createVariation(api, flag)]
    const { body } = await api.call('GET', `/feature-flags/${flag}/variations`)
    assert.deepEqual(Object.keys(body), ['variations'])
    assert.deepEqual(
      body.variations.map(({ id }: { id: string }) => id),
      ids,
    )
  })

  test('a change of overrides is merged; null removes one of them or all', async () => {
    const flag = await createFlag(api)
    const id = await createVariation(api, flag, { show_passkey_prompt: true, prompt_style: 'modal' })
    const change = async (overrides: unknown) =>
      (await api.call('PATCH', `/feature-flags/${flag}/variations/${id}`, { overrides })).body.overrides
    assert.deepEqual(await change({ prompt_style: { value: 'popup' } }), {
      show_passkey_prompt: true,
      prompt_style: { value: 'popup' },
    })
    assert.deepEqual(await change({ show_passkey_prompt: null }), { prompt_style: { value: 'popup' } })
    assert.deepEqual(await change(null), {})
  })

  test('overrides that do not fit the flag are refused by name', async () => {
    const path = `/feature-flags/${await createFlag(api)}/variations`
    const refuse = async (overrides: object, code: string) =>
      assertRefused(await api.call('POST', path, { name: freshName('variation'), overrides }), 400, code)
    assert.match(await refuse({ nothing: 1 }, 'override_unknown_parameter'), /overrides\["nothing"\]/)
    await refuse({ constructor: 1 }, 'override_unknown_parameter')
    await refuse({ prompt_style: 7 }, 'parameter_type_mismatch')
    await refuse({ prompt_style: { value: 'page' } }, 'override_equals_default')
    await refuse({ prompt_style: 'x'.repeat(1023) }, 'parameter_value_too_large')
  })

  test('a variation belongs to its flag: another flag does not find it', async () => {
    const [flag, other] = [await createFlag(api), await createFlag(api)]
    const id = await createVariation(api, flag)
    assertRefused(await api.call('GET', `/feature-flags/${other}/variations/${id}`), 404, 'inexistent_variation')
    assert.equal((await api.call('DELETE', `/feature-flags/${other}/variations/${id}`)).status, 204)
    assert.equal((await api.call('GET', `/feature-flags/${flag}/variations/${id}`)).status, 200)
  })

  test('names are unique within the flag only', async () => {
    const [flag, other] = [await createFlag(api), await createFlag(api)]
    const body = { name: 'Control', overrides: {} }
    assert.equal((await api.call('POST', `/feature-flags/${flag}/variations`, body)).status, 201)
    assert.equal((await api.call('POST', `/feature-flags/${other}/variations`, body)).status, 201)
    assertRefused(await api.call('POST', `/feature-flags/${flag}/variations`, body), 409, 'variation_exists')
  })

  test('a flag has at most 20 variations and keeps its last', async () => {
    const flag = await createFlag(api)
    const ids: string[] = []
    for (let i = 0; i < 20; i++) ids.push(await createVariation(api, flag))
    const body = { name: 'One too many', overrides: {} }
    assertRefused(await api.call('POST', `/feature-flags/${flag}/variations`, body), 400, 'variation_limit_exceeded')
    for (const id of ids.slice(1)) {
      assert.equal((await api.call('DELETE', `/feature-flags/${flag}/variations/${id}`)).status, 204)
    }
    assertRefused(await api.call('DELETE', `/feature-flags/${flag}/variations/${ids[0]}`), 400, 'variation_last')
  })

  test('a missing variation is as good as deleted, a missing flag is not', async () => {
    const flag = await createFlag(api)
    assert.equal((await api.call('DELETE', `/feature-flags/${flag}/variations/var_missing`)).status, 204)
    assertRefused(
      await api.call('DELETE', '/feature-flags/flg_missing/variations/var_missing'),
      404,
      'inexistent_feature_flag',
    )
  })

  test('the variations of an archived flag stay as they are', async () => {
    const flag = await createFlag(api)
    const id = await createVariation(api, flag)
    await setStatus(api, `/feature-flags/${flag}`, 'archived')
    const path = `/feature-flags/${flag}/variations`
    assertRefused(await api.call('POST', path, { name: 'Late', overrides: {} }), 400, 'feature_flag_archived')
    assertRefused(await api.call('PATCH', `${path}/${id}`, { name: 'Late' }), 400, 'feature_flag_archived')
    assertRefused(await api.call('DELETE', `${path}/${id}`), 400, 'feature_flag_archived')
  })
})
