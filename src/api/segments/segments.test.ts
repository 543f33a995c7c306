import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  createActiveFlag,
  createExperiment,
  createSegment,
  freshName,
  setStatus,
} from '../../../test/kit/experimentation.ts'
import { assertRefused, createTestApi } from '../../../test/kit/management-api.ts'

describe('segments', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  test('the segment of the tutorial is taken and comes back as it was written', async () => {
    const rules = [
      {
        match_type: 'all',
        conditions: [
          { attribute: 'device_type', operator: 'equals', value: 'mobile' },
          { attribute: 'country', operator: 'equals', value: 'US' },
        ],
      },
    ]
    const { status, body } = await api.call('POST', '/segments', { name: 'mobile-us-users', rules })
    assert.equal(status, 201)
    assert.match(body.id, /^seg_[A-HJ-NP-Za-km-z1-9]{22}$/)
    assert.deepEqual([body.segment_id, body.type, body.status], [body.id, 'self', 'active'])
    const { body: read } = await api.call('GET', `/segments/${body.id}`)
    assert.equal(JSON.stringify(read.rules), JSON.stringify(rules))
  })

  test('rules of the other form come back in that form', async () => {
    const rules = [{ not_match: { domain: { ends_with: ['.test'] } }, match: { browser: ['chrome'] } }]
    const id = await createSegment(api, rules)
    assert.deepEqual((await api.call('GET', `/segments/${id}`)).body.rules, rules)
  })

  test('a rule that fits neither form is refused with the path of what is wrong in it', async () => {
    const refuse = async (rules: object) =>
      assertRefused(await api.call('POST', '/segments', { name: freshName('segment'), rules }), 400, 'invalid_body')
    assert.match(await refuse([{ match: { country: { containz: ['DE'] } } }]), /rules\[0\]\.match\.country: must be/)
    assert.match(await refuse([{ match: { country: ['DE'], planet: ['x'] } }]), /unknown key rules\[0\]\.match\.planet/)
    assert.match(
      await refuse([{ match_type: 'all', conditions: [{ attribute: 'country', operator: 'in', value: true }] }]),
      /rules\[0\]\.conditions\[0\]\.value: must be/,
    )
    assert.match(await refuse([{}]), /rules\[0\]: must have match, not_match or both/)
  })

  test('edits stay even when the transition of the same request is refused', async () => {
    const segment = await createSegment(api)
    const flag = await createActiveFlag(api)
    const experiment = await createExperiment(api, flag, {
      allocation_strategy: 'segment',
      allocations: [
        { variation_id: flag.treatment, is_control: false, segment_id: segment, priority: 1 },
        { variation_id: flag.control, is_control: true, is_fallback: true },
      ],
    })
    await setStatus(api, `/experiments/${experiment}`, 'active')
    assertRefused(
      await api.call('PATCH', `/segments/${segment}`, { name: 'Edited anyway', status: 'archived' }),
      400,
      'segment_in_active_experiment',
    )
    const { body } = await api.call('GET', `/segments/${segment}`)
    assert.deepEqual([body.name, body.status], ['Edited anyway', 'active'])
    assertRefused(await api.call('DELETE', `/segments/${segment}`), 409, 'segment_in_use')
    await setStatus(api, `/experiments/${experiment}`, 'paused')
    assert.equal((await api.call('PATCH', `/segments/${segment}`, { status: 'archived' })).body.status, 'archived')
    await setStatus(api, `/experiments/${experiment}`, 'archived')
    assert.equal((await api.call('DELETE', `/segments/${segment}`)).status, 204)
    assert.equal((await api.call('DELETE', `/segments/${segment}`)).status, 204)
  })
})
