import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  createActiveFlag,
  createExperiment,
  createSegment,
  createVariation,
  setStatus,
  split,
} from '../../../test/kit/experimentation.ts'
import { createTestApi, TENANT } from '../../../test/kit/management-api.ts'
import type { ExperimentData } from '../../decision/snapshot/snapshot.ts'
import { toTenantId } from '../../model/ids.ts'
import { loadSnapshotData } from './snapshot-source.ts'

describe('what decisions are made from', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  const load = () => loadSnapshotData(api.db, TENANT)
  const loadOne = async (id: string): Promise<ExperimentData> => {
    const found = (await load()).experiments.find(experiment => experiment.id === id)
    assert.ok(found)
    return found
  }
  const rename = async (flag: string, variation: string, overrides: object) =>
    assert.equal((await api.call('PATCH', `/feature-flags/${flag}/variations/${variation}`, { overrides })).status, 200)

  test('a draft is decided by what is stored now', async () => {
    const flag = await createActiveFlag(api)
    const id = await createExperiment(api, flag, { assignment_config: { subject: 'user' } })
    await rename(flag.flag, flag.treatment, { prompt_style: 'popup' })
    const experiment = await loadOne(id)
    assert.deepEqual(
      { ...experiment, variations: experiment.variations.map(({ id: vid, overrides }) => [vid, overrides]) },
      {
        id,
        status: 'draft',
        authentication_flow: 'authentication',
        allocation_strategy: 'percentage',
        subject: 'user',
        flag: {
          id: flag.flag,
          parameters: {
            show_passkey_prompt: { type: 'boolean', value: false },
            prompt_style: { type: 'string', value: 'page' },
          },
        },
        variations: [
          [flag.control, {}],
          [flag.treatment, { show_passkey_prompt: true, prompt_style: 'popup' }],
        ],
        allocations: split(flag),
      },
    )
  })

  test('a run is decided by what was stored at its first activation, until it is refreshed', async () => {
    const flag = await createActiveFlag(api)
    const id = await createExperiment(api, flag)
    await setStatus(api, `/experiments/${id}`, 'active')
    const before = await loadOne(id)
    await rename(flag.flag, flag.treatment, { show_passkey_prompt: null, prompt_style: 'popup' })
    const parameters = {
      show_passkey_prompt: { type: 'boolean', value: true },
      prompt_style: { type: 'string', value: 'x' },
    }
    assert.equal((await api.call('PATCH', `/feature-flags/${flag.flag}`, { parameters })).status, 200)
    assert.deepEqual(await loadOne(id), before)
    await setStatus(api, `/experiments/${id}`, 'paused')
    assert.deepEqual(await loadOne(id), { ...before, status: 'paused' })
    await setStatus(api, `/experiments/${id}`, 'active')
    assert.deepEqual(await loadOne(id), before, 'a resumption takes nothing in')
    await setStatus(api, `/experiments/${id}`, 'paused')
    assert.equal((await api.call('POST', `/experiments/${id}/refresh`)).status, 200)
    const again = await loadOne(id)
    assert.deepEqual([before.phase, again.phase], [1, 2])
    assert.deepEqual(again.flag.parameters.show_passkey_prompt?.value, true)
    assert.deepEqual(again.variations.find(variation => variation.id === flag.treatment)?.overrides, {
      prompt_style: 'popup',
    })
    await setStatus(api, `/experiments/${id}`, 'completed')
  })

  test('a variation that came later can be forced, with what fits the parameters of the activation', async () => {
    const flag = await createActiveFlag(api)
    const id = await createExperiment(api, flag)
    await setStatus(api, `/experiments/${id}`, 'active')
    const parameters = {
      show_passkey_prompt: { type: 'boolean', value: false },
      prompt_style: { type: 'string', value: 'page' },
      added: { type: 'number', value: 0 },
    }
    await api.call('PATCH', `/feature-flags/${flag.flag}`, { parameters })
    const later = await createVariation(api, flag.flag, { prompt_style: 'banner', added: 1 })
    const { variations } = await loadOne(id)
    assert.deepEqual(variations.find(variation => variation.id === later)?.overrides, { prompt_style: 'banner' })
    await setStatus(api, `/experiments/${id}`, 'completed')
  })

  test('segments of an experiment stay those of its activation, also when it has ended', async () => {
    const flag = await createActiveFlag(api)
    const segment = await createSegment(api, [{ match: { country: ['DE'] } }])
    const id = await createExperiment(api, flag, {
      allocation_strategy: 'segment',
      allocations: [
        { variation_id: flag.treatment, is_control: false, segment_id: segment, priority: 1 },
        { variation_id: flag.control, is_control: true, is_fallback: true },
      ],
    })
    const countriesOf = async () => {
      const { segments = [] } = await loadOne(id)
      return segments.find(found => found.id === segment)?.rules[0]?.groups[0]?.conditions[0]?.value
    }
    assert.equal(await countriesOf(), undefined, 'a draft reads what is stored now')
    await setStatus(api, `/experiments/${id}`, 'active')
    await api.call('PATCH', `/segments/${segment}`, { rules: [{ match: { country: ['FR'] } }] })
    assert.deepEqual(await countriesOf(), ['DE'])
    await setStatus(api, `/experiments/${id}`, 'completed')
    assert.deepEqual(await countriesOf(), ['DE'])
  })

  test('a ramp carries its schedule and the level in force', async () => {
    const flag = await createActiveFlag(api)
    const id = await createExperiment(api, flag, { levels: [10, 50] })
    assert.equal((await loadOne(id)).current_level, null)
    await setStatus(api, `/experiments/${id}`, 'active')
    const { levels, current_level } = await loadOne(id)
    assert.deepEqual([levels, current_level], [[10, 50], 10])
    await setStatus(api, `/experiments/${id}`, 'completed')
  })

  test('every change raises the version', async () => {
    const id = await createExperiment(api, await createActiveFlag(api))
    const { version } = await load()
    await setStatus(api, `/experiments/${id}`, 'archived')
    assert.ok((await load()).version > version)
  })

  test('an archived experiment serves what it served, also when its flag is gone', async () => {
    const flag = await createActiveFlag(api)
    const segment = await createSegment(api)
    const id = await createExperiment(api, flag, {
      allocation_strategy: 'segment',
      allocations: [
        { variation_id: flag.treatment, is_control: false, segment_id: segment, priority: 1 },
        { variation_id: flag.control, is_control: true, is_fallback: true },
      ],
    })
    await setStatus(api, `/experiments/${id}`, 'active')
    await setStatus(api, `/experiments/${id}`, 'completed')
    const completed = await loadOne(id)
    await setStatus(api, `/experiments/${id}`, 'archived')
    assert.equal((await api.call('DELETE', `/feature-flags/${flag.flag}`)).status, 204)
    assert.equal((await api.call('DELETE', `/segments/${segment}`)).status, 204)
    const byId = ({ variations, ...rest }: ExperimentData) => ({
      ...rest,
      variations: variations.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    })
    assert.deepEqual(byId(await loadOne(id)), { ...byId(completed), status: 'archived' })
  })

  test("the Beta's words for a flow are decided as authentication", async () => {
    for (const word of ['pre_login', 'pre_authentication']) {
      const id = await createExperiment(api, await createActiveFlag(api), { authentication_flow: word })
      assert.equal((await loadOne(id)).authentication_flow, 'authentication')
      assert.equal((await api.call('GET', `/experiments/${id}`)).body.authentication_flow, word)
    }
  })

  test('a tenant reads its own data only', async () => {
    const other = toTenantId('other')
    await api.db.insertInto('tenants').values({ tenant_id: other, friendly_name: 'Other' }).execute()
    const { experiments, segments } = await loadSnapshotData(api.db, other)
    assert.deepEqual([experiments, segments], [[], []])
  })
})
