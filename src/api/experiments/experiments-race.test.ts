import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  createActiveFlag,
  createExperiment,
  createFlag,
  createVariation,
  setStatus,
  split,
} from '../../../test/kit/experimentation.ts'
import { type Answer, createTestApi, TENANT } from '../../../test/kit/management-api.ts'

const codes = (answers: readonly Answer[]) =>
  answers.map(({ status, body }) => (status < 300 ? 'ok' : `${status} ${body.errorCode}`)).toSorted()

describe('requests that race', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())

  test('of a hundred concurrent activations exactly one wins', async () => {
    const flag = await createActiveFlag(api)
    const ids: string[] = []
    for (let i = 0; i < 100; i++) ids.push(await createExperiment(api, flag))
    const answers = await Promise.all(
      ids.map(id => api.call('POST', `/experiments/${id}/status`, { status: 'active' })),
    )
    assert.deepEqual(codes(answers), [...Array(99).fill('400 experiment_active_limit_exceeded'), 'ok'])
    const { body } = await api.call('GET', '/experiments?status=active')
    assert.equal(body.experiments.length, 1)
    await setStatus(api, `/experiments/${body.experiments[0].id}`, 'completed')
  })

  test('the database keeps one active experiment, also against code that does not ask before it writes', async () => {
    const flag = await createActiveFlag(api)
    const ids = await Promise.all([1, 2, 3, 4, 5].map(() => createExperiment(api, flag)))
    const outcomes = await Promise.allSettled(
      ids.map(id =>
        api.db
          .updateTable('experiments')
          .set({ status: 'active', started_at: new Date() })
          .where('tenant_id', '=', TENANT)
          .where('experiment_id', '=', id)
          .execute(),
      ),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    const { body } = await api.call('GET', '/experiments?status=active')
    await setStatus(api, `/experiments/${body.experiments[0].id}`, 'completed')
  })

  test('of the last two variations, deleted at once, one stays', async () => {
    for (let round = 0; round < 5; round++) {
      const flag = await createFlag(api)
      const ids = [await createVariation(api, flag), await createVariation(api, flag)]
      const answers = await Promise.all(ids.map(id => api.call('DELETE', `/feature-flags/${flag}/variations/${id}`)))
      assert.deepEqual(codes(answers), ['400 variation_last', 'ok'])
    }
  })

  test('an activation and the archiving of its flag: one of them is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const flag = await createActiveFlag(api)
      const id = await createExperiment(api, flag)
      const [activation, archiving] = await Promise.all([
        api.call('POST', `/experiments/${id}/status`, { status: 'active' }),
        api.call('POST', `/feature-flags/${flag.flag}/status`, { status: 'archived' }),
      ])
      assert.ok(activation && archiving)
      if (activation.status === 200) {
        assert.deepEqual(codes([archiving]), ['400 feature_flag_in_active_experiment'])
        await setStatus(api, `/experiments/${id}`, 'completed')
      } else assert.deepEqual(codes([activation, archiving]), ['400 feature_flag_not_active', 'ok'])
    }
  })

  test('an activation and an edit of its allocations: what is active was validated', async () => {
    for (let round = 0; round < 5; round++) {
      const flag = await createActiveFlag(api)
      const id = await createExperiment(api, flag)
      const [activation, edit] = await Promise.all([
        api.call('POST', `/experiments/${id}/status`, { status: 'active' }),
        api.call('PATCH', `/experiments/${id}`, { allocations: split(flag).slice(0, 1) }),
      ])
      assert.ok(activation && edit)
      const both = codes([activation, edit])
      assert.ok(
        ['400 experiment_requires_pause,ok', '400 experiment_invalid_allocation_weights,ok'].includes(both.join()),
        both.join(),
      )
      if (activation.status === 200) await setStatus(api, `/experiments/${id}`, 'completed')
    }
  })

  test('an activation and the deletion of one of its variations: the deletion never wins over it', async () => {
    const flag = await createActiveFlag(api)
    const id = await createExperiment(api, flag)
    const [activation, deletion] = await Promise.all([
      api.call('POST', `/experiments/${id}/status`, { status: 'active' }),
      api.call('DELETE', `/feature-flags/${flag.flag}/variations/${flag.treatment}`),
    ])
    assert.ok(activation && deletion)
    assert.deepEqual(codes([activation, deletion]), ['409 variation_in_use', 'ok'])
    await setStatus(api, `/experiments/${id}`, 'completed')
  })

  test('a ramp that many callers advance at once rises by one level', async () => {
    const flag = await createActiveFlag(api)
    const id = await createExperiment(api, flag, { levels: [10, 20, 30] })
    await setStatus(api, `/experiments/${id}`, 'active')
    const advance = (target_level: number) => api.call('POST', `/experiments/${id}/advance-ramp`, { target_level })
    const answers = await Promise.all(Array.from({ length: 20 }, () => advance(20)))
    assert.deepEqual(codes(answers), Array(20).fill('ok'))
    assert.equal(answers.filter(({ body }) => body.from_level === 10).length, 1)
    assert.equal((await api.call('GET', `/experiments/${id}`)).body.current_level, 20)
  })
})
