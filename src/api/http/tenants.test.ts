import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createActiveFlag, createExperiment, createSegment, setStatus } from '../../../test/kit/experimentation.ts'
import { type Answer, assertRefused, createTestApi, ISSUER, TENANT } from '../../../test/kit/management-api.ts'
import { toTenantId } from '../../model/ids.ts'

describe('two tenants on one database', async () => {
  const other = toTenantId('other')
  const api = await createTestApi({
    tenantOf: async request => ({
      tenantId: request.headers.has('x-other') ? other : TENANT,
      name: 'Test',
      issuer: ISSUER,
    }),
  })
  after(() => api[Symbol.asyncDispose]())
  await api.db.insertInto('tenants').values({ tenant_id: other, friendly_name: 'Other' }).execute()
  const asOther = (method: string, path: string, body?: unknown): Promise<Answer> =>
    api.call(method, path, body, { 'x-other': '1' })

  test('what belongs to one is not there for the other', async () => {
    const flag = await createActiveFlag(api)
    const segment = await createSegment(api)
    const experiment = await createExperiment(api, flag)
    for (const path of [
      `/feature-flags/${flag.flag}`,
      `/feature-flags/${flag.flag}/variations`,
      `/feature-flags/${flag.flag}/variations/${flag.control}`,
      `/segments/${segment}`,
      `/experiments/${experiment}`,
    ]) {
      assert.equal((await asOther('GET', path)).status, 404, path)
    }
    for (const path of [`/feature-flags/${flag.flag}`, `/segments/${segment}`, `/experiments/${experiment}`]) {
      assert.equal((await asOther('PATCH', path, { name: 'Taken over' })).status, 404, path)
      assert.equal((await asOther('DELETE', path)).status, 204, path)
      assert.equal((await api.call('GET', path)).status, 200, path)
    }
    for (const plural of ['feature-flags', 'segments', 'experiments']) {
      const { body } = await asOther('GET', `/${plural}`)
      assert.deepEqual(Object.values(body), [[]])
    }
  })

  test('an experiment cannot use the flag, a variation or a segment of another tenant', async () => {
    const flag = await createActiveFlag(api)
    const creation = { name: 'Borrowed', feature_flag_id: flag.flag, allocation_strategy: 'percentage' }
    assertRefused(await asOther('POST', '/experiments', creation), 404, 'inexistent_feature_flag')
    const own = await asOther('POST', '/feature-flags', {
      name: 'Own',
      parameters: { on: { type: 'boolean', value: false } },
    })
    const use = (allocation: object) =>
      asOther('POST', '/experiments', {
        ...creation,
        feature_flag_id: own.body.id,
        allocations: [{ variation_id: flag.control, is_control: true, ...allocation }],
      })
    assertRefused(await use({}), 400, 'variation_not_from_flag')
    const segment_id = await createSegment(api)
    const variation = await asOther('POST', `/feature-flags/${own.body.id}/variations`, { name: 'Own', overrides: {} })
    assertRefused(await use({ variation_id: variation.body.id, segment_id }), 400, 'allocation_unknown_segment')
  })

  test('each has its own active experiment', async () => {
    const id = await createExperiment(api, await createActiveFlag(api))
    await setStatus(api, `/experiments/${id}`, 'active')
    const asOtherApi = { ...api, call: asOther }
    const others = await createExperiment(asOtherApi, await createActiveFlag(asOtherApi))
    await setStatus(asOtherApi, `/experiments/${others}`, 'active')
    assert.equal((await api.call('GET', `/experiments/${id}`)).body.status, 'active')
  })
})
