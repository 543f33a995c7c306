import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  createActiveFlag,
  createExperiment,
  createFlag,
  createSegment,
  createVariation,
  freshName,
  setStatus,
  split,
} from '../../../test/kit/experimentation.ts'
import { assertRefused, createTestApi } from '../../../test/kit/management-api.ts'

describe('experiments', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  /** Leaves the place of the one active experiment free for the next test. */
  const release = async (id: string) => {
    await setStatus(api, `/experiments/${id}`, 'completed')
  }

  test('a new experiment is a draft that is not valid yet and carries everything that is known of it', async () => {
    const flag = await createActiveFlag(api)
    const { status, body } = await api.call('POST', '/experiments', {
      name: 'Passkey rollout',
      feature_flag_id: flag.flag,
      authentication_flow: 'login',
      allocation_strategy: 'percentage',
      assignment_config: { subject: 'device' },
      allocations: split(flag),
    })
    assert.equal(status, 201)
    assert.match(body.id, /^exp_[A-HJ-NP-Za-km-z1-9]{22}$/)
    assert.equal(body.experiment_id, body.id)
    assert.deepEqual([body.status, body.is_valid], ['draft', false])
    assert.deepEqual(
      body.allocations.map(({ variation_id, weight, is_control }: Record<string, unknown>) => [
        variation_id,
        weight,
        is_control,
      ]),
      [
        [flag.control, 90, true],
        [flag.treatment, 10, false],
      ],
    )
    assert.match(body.allocations[0].variation_name, /^variation/)
    assert.match(body.feature_flag_name, /^flag/)
    assert.ok(body.editable_fields.includes('allocations'))
    for (const key of ['description', 'started_at', 'ended_at', 'levels', 'current_level', 'default_config']) {
      assert.ok(!(key in body), key)
    }
    assert.deepEqual((await api.call('GET', `/experiments/${body.id}`)).body, body)
  })

  test('flow, subject and allocations may be left out of a draft', async () => {
    const { flag } = await createActiveFlag(api)
    const { status, body } = await api.call('POST', '/experiments', {
      name: freshName('experiment'),
      feature_flag_id: flag,
      allocation_strategy: 'percentage',
    })
    assert.equal(status, 201)
    assert.deepEqual(
      [body.authentication_flow, body.assignment_config, body.allocations],
      ['authentication', { subject: 'device' }, []],
    )
    const { body: validity } = await api.call('POST', `/experiments/${body.id}/validate`)
    assert.deepEqual(
      [validity.is_valid, validity.errors.map(({ code }: { code: string }) => code)],
      [false, ['experiment_missing_allocations']],
    )
  })

  test('the life of an experiment: validate, activate, pause, activate again, complete, archive', async () => {
    const path = `/experiments/${await createExperiment(api, await createActiveFlag(api))}`
    assert.deepEqual((await api.call('POST', `${path}/validate`)).body, { is_valid: true, errors: [] })
    assert.equal((await api.call('GET', path)).body.is_valid, true)
    const { body: active } = await setStatus(api, path, 'active')
    assert.ok(active.started_at)
    assertRefused(await api.call('DELETE', path), 400, 'experiment_active')
    const { body: paused } = await setStatus(api, path, 'paused')
    assert.equal(paused.started_at, active.started_at)
    const { body: again } = await api.call('PATCH', path, { status: 'active' })
    assert.deepEqual([again.status, again.started_at], ['active', active.started_at])
    const { body: completed } = await setStatus(api, path, 'completed')
    assert.ok(completed.ended_at >= completed.started_at)
    assertRefused(await api.call('POST', `${path}/status`, { status: 'active' }), 400, 'invalid_status_transition')
    const { body: archived } = await setStatus(api, path, 'archived')
    assert.deepEqual(
      archived.allocations.map((allocation: object) => ({ ...allocation })),
      completed.allocations,
    )
    assert.deepEqual(archived.editable_fields, [])
    assert.equal((await api.call('DELETE', path)).status, 204)
    assert.equal((await api.call('DELETE', path)).status, 204)
  })

  test('the status that holds is answered without a write', async () => {
    const id = await createExperiment(api, await createActiveFlag(api))
    const { body: active } = await setStatus(api, `/experiments/${id}`, 'active')
    assert.deepEqual((await setStatus(api, `/experiments/${id}`, 'active')).body, active)
    await release(id)
  })

  test('an activation answers with every problem and the first of their codes', async () => {
    const flag = await createFlag(api)
    const variation = await createVariation(api, flag)
    const { body } = await api.call('POST', '/experiments', {
      name: freshName('experiment'),
      feature_flag_id: flag,
      allocation_strategy: 'percentage',
      allocations: [{ variation_id: variation, is_control: false, weight: 40.01 }],
    })
    const refused = await api.call('POST', `/experiments/${body.id}/status`, { status: 'active' })
    assertRefused(refused, 400, 'feature_flag_not_active')
    const codes = refused.body.errors.map(({ code }: { code: string }) => code)
    assert.deepEqual(codes, [
      'feature_flag_not_active',
      'experiment_missing_control',
      'experiment_invalid_allocation_weights',
    ])
    assert.deepEqual((await api.call('POST', `/experiments/${body.id}/validate`)).body.errors, refused.body.errors)
  })

  test('only one experiment is active; the refusal names it', async () => {
    const flag = await createActiveFlag(api)
    const [first, second] = [await createExperiment(api, flag), await createExperiment(api, flag)]
    await setStatus(api, `/experiments/${first}`, 'active')
    const refused = await api.call('POST', `/experiments/${second}/status`, { status: 'active' })
    assert.match(assertRefused(refused, 400, 'experiment_active_limit_exceeded'), new RegExp(first))
    await setStatus(api, `/experiments/${first}`, 'paused')
    await setStatus(api, `/experiments/${second}`, 'active')
    await release(second)
  })

  test('allocations need a pause; a new split is valid and waits for the activation', async () => {
    const flag = await createActiveFlag(api)
    const path = `/experiments/${await createExperiment(api, flag)}`
    await setStatus(api, path, 'active')
    const allocations = split(flag).map(allocation => ({ ...allocation, weight: 50 }))
    assertRefused(await api.call('PATCH', path, { allocations }), 400, 'experiment_requires_pause')
    assertRefused(await api.call('PATCH', path, { levels: [10] }), 400, 'experiment_requires_draft')
    assert.equal((await api.call('PATCH', path, { name: freshName('renamed') })).status, 200)
    await setStatus(api, path, 'paused')
    const { body } = await api.call('PATCH', path, { allocations, status: 'active' })
    assert.deepEqual([body.status, body.allocations[1].weight], ['active', 50])
    await setStatus(api, path, 'completed')
    assertRefused(await api.call('PATCH', path, { allocations }), 400, 'experiment_completed')
    await setStatus(api, path, 'archived')
    assertRefused(await api.call('PATCH', path, { name: 'Too late' }), 400, 'experiment_archived')
  })

  test('edits stay even when the activation of the same request is refused', async () => {
    const flag = await createActiveFlag(api)
    const path = `/experiments/${await createExperiment(api, flag)}`
    const change = { name: 'Edited although refused', allocations: split(flag).slice(0, 1), status: 'active' }
    assertRefused(await api.call('PATCH', path, change), 400, 'experiment_invalid_allocation_weights')
    const { body } = await api.call('GET', path)
    assert.deepEqual([body.name, body.status, body.is_valid, body.allocations.length], [change.name, 'draft', false, 1])
  })

  test('an activation keeps copies of flag, variations and segments', async () => {
    const flag = await createActiveFlag(api)
    const segment = await createSegment(api)
    const id = await createExperiment(api, flag, {
      allocation_strategy: 'segment',
      allocations: [
        { variation_id: flag.treatment, is_control: false, segment_id: segment, priority: 1 },
        { variation_id: flag.control, is_control: true, is_fallback: true },
      ],
    })
    const { body: draft } = await api.call('GET', `/experiments/${id}`)
    assert.deepEqual(
      [draft.feature_flag_snapshot, draft.allocations[0].variation_snapshot, draft.allocations[0].segment_snapshot],
      [null, null, null],
    )
    const { body: active } = await setStatus(api, `/experiments/${id}`, 'active')
    const get = async (path: string) => (await api.call('GET', path)).body
    assert.deepEqual(active.feature_flag_snapshot, await get(`/feature-flags/${flag.flag}`))
    const [targeted, fallback] = active.allocations
    assert.deepEqual(targeted.variation_snapshot, await get(`/feature-flags/${flag.flag}/variations/${flag.treatment}`))
    assert.deepEqual(targeted.segment_snapshot, await get(`/segments/${segment}`))
    assert.match(targeted.segment_name, /^segment/)
    assert.ok(!('segment_snapshot' in fallback) && !('segment_name' in fallback))
    await release(id)
  })

  test('a ramp begins at its first level with the activation and rises one level at a time', async () => {
    const flag = await createActiveFlag(api)
    const id = await createExperiment(api, flag, {
      levels: [0, 25, 100],
      allocations: [
        { variation_id: flag.control, is_control: true },
        { variation_id: flag.treatment, is_control: false },
      ],
    })
    const advance = (target_level: number) => api.call('POST', `/experiments/${id}/advance-ramp`, { target_level })
    assert.equal((await api.call('GET', `/experiments/${id}`)).body.current_level, null)
    assertRefused(await advance(25), 409, 'experiment_not_ramping')
    assert.equal((await setStatus(api, `/experiments/${id}`, 'active')).body.current_level, 0)
    assertRefused(await advance(100), 400, 'ramp_level_not_next')
    const step = { experiment_id: id, from_level: 0, to_level: 25, current_level: 25 }
    assert.deepEqual((await advance(25)).body, step)
    assert.deepEqual((await advance(25)).body, { ...step, from_level: 25 })
    assert.equal((await api.call('GET', `/experiments/${id}`)).body.current_level, 25)
    await release(id)
  })

  test('what an experiment uses stays until the experiment is archived', async () => {
    const flag = await createActiveFlag(api)
    const id = await createExperiment(api, flag)
    const variation = `/feature-flags/${flag.flag}/variations/${flag.treatment}`
    assertRefused(await api.call('DELETE', `/feature-flags/${flag.flag}`), 409, 'feature_flag_in_use')
    assertRefused(await api.call('DELETE', variation), 409, 'variation_in_use')
    const { body } = await setStatus(api, `/experiments/${id}`, 'archived')
    assert.equal((await api.call('DELETE', variation)).status, 204)
    assert.equal((await api.call('DELETE', `/feature-flags/${flag.flag}`)).status, 204)
    const { body: kept } = await api.call('GET', `/experiments/${id}`)
    assert.deepEqual(kept.allocations, body.allocations)
  })

  test('a flag cannot be archived under an active experiment', async () => {
    const flag = await createActiveFlag(api)
    const id = await createExperiment(api, flag)
    await setStatus(api, `/experiments/${id}`, 'active')
    assertRefused(
      await api.call('PATCH', `/feature-flags/${flag.flag}`, { status: 'archived' }),
      400,
      'feature_flag_in_active_experiment',
    )
    await release(id)
    await setStatus(api, `/feature-flags/${flag.flag}`, 'archived')
    const body = { name: 'On an archived flag', feature_flag_id: flag.flag, allocation_strategy: 'percentage' }
    assertRefused(await api.call('POST', '/experiments', body), 400, 'feature_flag_archived')
  })

  test('a managed flag takes default_config, tenant unless told otherwise', async () => {
    const flag = await createActiveFlag(api)
    await api.db.updateTable('feature_flags').set({ type: 'auth0' }).where('feature_flag_id', '=', flag.flag).execute()
    const path = `/experiments/${await createExperiment(api, flag)}`
    assert.equal((await api.call('GET', path)).body.default_config, 'tenant')
    assert.equal((await api.call('PATCH', path, { default_config: 'flag' })).body.default_config, 'flag')
    assert.ok(!('default_config' in (await api.call('PATCH', path, { default_config: null })).body))
    assertRefused(await api.call('DELETE', `/feature-flags/${flag.flag}`), 403, 'feature_flag_not_modifiable')
  })

  test('a draft loses its ramp with null', async () => {
    const flag = await createActiveFlag(api)
    const path = `/experiments/${await createExperiment(api, flag, { levels: [10, 20] })}`
    const { body } = await api.call('PATCH', path, { levels: null, authentication_flow: 'signup' })
    assert.ok(!('levels' in body) && !('current_level' in body))
    assert.equal(body.authentication_flow, 'signup')
  })
})
