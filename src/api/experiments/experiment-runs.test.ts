/** What a run serves and when it changes: copies, warnings, refreshes and phases. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  createActiveFlag,
  createExperiment,
  createSegment,
  createVariation,
  type Flag,
  PARAMETERS,
  setStatus,
  split,
} from '../../../test/kit/experimentation.ts'
import { assertRefused, createTestApi } from '../../../test/kit/management-api.ts'

describe('the run of an experiment', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  const start = async (flag: Flag, wishes: object = {}): Promise<string> => {
    const path = `/experiments/${await createExperiment(api, flag, wishes)}`
    await setStatus(api, path, 'active')
    return path
  }

  const editTreatment = async ({ flag, treatment }: Flag, overrides: object) =>
    assert.equal((await api.call('PATCH', `/feature-flags/${flag}/variations/${treatment}`, { overrides })).status, 200)

  const overridesServed = async (path: string) =>
    (await api.call('GET', path)).body.allocations[1].variation_snapshot.overrides

  const phasesOf = async (path: string) =>
    (
      await api.db
        .selectFrom('experiment_phases')
        .selectAll()
        .where('experiment_id', '=', path.replace('/experiments/', ''))
        .orderBy('phase')
        .execute()
    ).map(({ phase, cause, level, subject, allocations }) => ({
      phase,
      cause,
      level,
      subject,
      weights: (allocations as { weight?: number }[]).map(({ weight }) => weight),
    }))

  test('a pause and a resumption take no edit in, and say so in the answers and in the log', async () => {
    const flag = await createActiveFlag(api)
    const path = await start(flag)
    await editTreatment(flag, { prompt_style: 'popup' })
    const parameters = { ...PARAMETERS, prompt_style: { type: 'string', value: 'banner' } }
    assert.equal((await api.call('PATCH', `/feature-flags/${flag.flag}`, { parameters })).status, 200)
    api.events.length = 0
    const id = path.replace('/experiments/', '')
    const message =
      `The run of experiment ${id} does not serve later edits of the feature flag ${flag.flag} and ` +
      `the variation ${flag.treatment}. To take them in, pause the experiment and POST /api/v2/experimentation${path}/refresh.`
    const warnings = [{ code: 'experiment_edits_not_served', message }]
    assert.deepEqual((await setStatus(api, path, 'paused')).body.warnings, warnings)
    const { body: resumed } = await api.call('PATCH', path, { status: 'active' })
    assert.deepEqual(resumed.warnings, warnings)
    assert.deepEqual((await setStatus(api, path, 'active')).body.warnings, warnings, 'a retry is told too')
    assert.deepEqual(
      api.events.filter(({ type }) => type === 'w').map(({ details }) => details),
      Array(2).fill({ ...warnings[0], experiment_id: id }),
    )
    assert.deepEqual(await overridesServed(path), { show_passkey_prompt: { value: true } })
    assert.deepEqual(resumed.feature_flag_snapshot.parameters, PARAMETERS)
    assert.equal(resumed.phase, 1)
    assert.ok(!('warnings' in (await setStatus(api, path, 'completed')).body))
    assert.ok(!('warnings' in (await api.call('GET', path)).body))
  })

  test('a refresh takes the edits in and begins a phase; a second one finds nothing to do', async () => {
    const flag = await createActiveFlag(api)
    const path = await start(flag)
    await editTreatment(flag, { prompt_style: 'popup' })
    const refused = await api.call('POST', `${path}/refresh`)
    assert.match(assertRefused(refused, 400, 'experiment_requires_pause'), /is active; only a paused one is refreshed/)
    await setStatus(api, path, 'paused')
    const { status, body } = await api.call('POST', `${path}/refresh`)
    assert.deepEqual([status, body.status, body.phase], [200, 'paused', 2])
    assert.deepEqual(body.allocations[1].variation_snapshot.overrides, {
      show_passkey_prompt: { value: true },
      prompt_style: 'popup',
    })
    const again = await Promise.all([api.call('POST', `${path}/refresh`), api.call('POST', `${path}/refresh`)])
    for (const answer of again) assert.deepEqual(answer.body, body)
    const { body: resumed } = await setStatus(api, path, 'active')
    assert.deepEqual([resumed.phase, resumed.warnings], [2, undefined])
    assert.deepEqual(
      (await phasesOf(path)).map(({ phase, cause }) => [phase, cause]),
      [
        [1, 'activation'],
        [2, 'refresh'],
      ],
    )
    await setStatus(api, path, 'completed')
    assertRefused(await api.call('POST', `${path}/refresh`), 400, 'experiment_requires_pause')
  })

  test('a new name is no edit that a decision could tell, so it begins no phase', async () => {
    const flag = await createActiveFlag(api)
    const path = await start(flag)
    await api.call('PATCH', `/feature-flags/${flag.flag}/variations/${flag.treatment}`, { name: 'Renamed later' })
    const { body: paused } = await setStatus(api, path, 'paused')
    assert.equal(paused.warnings, undefined)
    const { body } = await api.call('POST', `${path}/refresh`)
    assert.deepEqual([body.phase, body.allocations[1].variation_snapshot.name], [1, 'Renamed later'])
    await setStatus(api, path, 'completed')
  })

  test('new weights begin a phase and bring no edit with them', async () => {
    const flag = await createActiveFlag(api)
    const path = await start(flag)
    await editTreatment(flag, { prompt_style: 'popup' })
    await setStatus(api, path, 'paused')
    const half = split(flag).map(allocation => ({ ...allocation, weight: 50 }))
    const { body } = await api.call('PATCH', path, { allocations: half })
    assert.equal(body.phase, 2)
    assert.deepEqual(await overridesServed(path), { show_passkey_prompt: { value: true } })
    assert.equal((await api.call('PATCH', path, { allocations: half.toReversed() })).body.phase, 2, 'another order')
    assert.equal((await api.call('PATCH', path, { assignment_config: { subject: 'user' } })).body.phase, 3)
    assert.equal((await setStatus(api, path, 'active')).body.phase, 3)
    assert.deepEqual(
      (await phasesOf(path)).map(({ cause, subject, weights }) => [cause, subject, weights]),
      [
        ['activation', 'device', [90, 10]],
        ['allocations', 'device', [50, 50]],
        ['subject', 'user', [50, 50]],
      ],
    )
    await setStatus(api, path, 'completed')
  })

  test('a variation that new allocations bring into the run is copied at once', async () => {
    const flag = await createActiveFlag(api)
    const path = await start(flag)
    const third = await createVariation(api, flag.flag, { prompt_style: 'modal' })
    await setStatus(api, path, 'paused')
    const [control, treatment] = split(flag)
    const allocations = [{ ...control, weight: 80 }, treatment, { variation_id: third, is_control: false, weight: 10 }]
    await api.call('PATCH', path, { allocations })
    await api.call('PATCH', `/feature-flags/${flag.flag}/variations/${third}`, { overrides: { prompt_style: 'popup' } })
    const { body } = await setStatus(api, path, 'active')
    assert.deepEqual(body.allocations[2].variation_snapshot.overrides, { prompt_style: 'modal' })
    assert.match(body.warnings[0].message, new RegExp(`the variation ${third}`))
    await setStatus(api, path, 'completed')
  })

  test('an edited segment is an edit that the run does not serve', async () => {
    const flag = await createActiveFlag(api)
    const segment = await createSegment(api)
    const path = await start(flag, {
      allocation_strategy: 'segment',
      allocations: [
        { variation_id: flag.treatment, is_control: false, segment_id: segment, priority: 1 },
        { variation_id: flag.control, is_control: true, is_fallback: true },
      ],
    })
    await api.call('PATCH', `/segments/${segment}`, { rules: [{ match: { country: ['FR'] } }] })
    const { body } = await setStatus(api, path, 'paused')
    assert.match(body.warnings[0].message, new RegExp(`the segment ${segment}`))
    const { body: fresh } = await api.call('POST', `${path}/refresh`)
    assert.deepEqual(fresh.allocations[0].segment_snapshot.rules, [{ match: { country: ['FR'] } }])
    assert.equal(fresh.phase, 2)
    await setStatus(api, path, 'completed')
  })

  test('each level of a ramp is a phase', async () => {
    const flag = await createActiveFlag(api)
    const path = await start(flag, {
      levels: [10, 50],
      allocations: split(flag).map(({ weight: _, ...allocation }) => allocation),
    })
    for (const target_level of [50, 50]) await api.call('POST', `${path}/advance-ramp`, { target_level })
    assert.deepEqual(
      (await phasesOf(path)).map(({ cause, level }) => [cause, level]),
      [
        ['activation', 10],
        ['level', 50],
      ],
    )
    await setStatus(api, path, 'completed')
    await setStatus(api, path, 'archived')
    assert.equal((await api.call('GET', path)).body.phase, 2)
    assert.equal((await api.call('DELETE', path)).status, 204)
    assert.deepEqual(await phasesOf(path), [])
  })

  test('a draft has no phase, and its edits are served at once', async () => {
    const flag = await createActiveFlag(api)
    const path = `/experiments/${await createExperiment(api, flag)}`
    assert.ok(!('phase' in (await api.call('GET', path)).body))
    assertRefused(await api.call('POST', `${path}/refresh`), 400, 'experiment_requires_pause')
    await editTreatment(flag, { prompt_style: 'popup' })
    const { body } = await setStatus(api, path, 'active')
    assert.deepEqual([body.phase, body.warnings], [1, undefined])
    assert.equal(body.allocations[1].variation_snapshot.overrides.prompt_style, 'popup')
    await setStatus(api, path, 'completed')
  })

  test('of concurrent changes of weights each begins its own phase', async () => {
    const flag = await createActiveFlag(api)
    const path = await start(flag)
    await setStatus(api, path, 'paused')
    const changes = [20, 30, 40].map(weight => {
      const [control, treatment] = split(flag)
      const allocations = [
        { ...control, weight: 100 - weight },
        { ...treatment, weight },
      ]
      return api.call('PATCH', path, { allocations })
    })
    for (const { status } of await Promise.all(changes)) assert.equal(status, 200)
    assert.deepEqual(
      (await phasesOf(path)).map(({ phase }) => phase),
      [1, 2, 3, 4],
    )
    await setStatus(api, path, 'completed')
  })
})
