import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createActiveFlag, createExperiment, setStatus } from '../../../test/kit/experimentation.ts'
import { type Answer, assertRefused, createTestApi, TENANT } from '../../../test/kit/management-api.ts'

describe('how many experiments may be active', async () => {
  const api = await createTestApi()
  after(() => api[Symbol.asyncDispose]())
  const flag = await createActiveFlag(api)

  const limit = (active_experiments: string) => api.call('PATCH', '/settings', { active_experiments })
  const draft = (authentication_flow: string) => createExperiment(api, flag, { authentication_flow })
  const activate = async (id: string) => api.call('POST', `/experiments/${id}/status`, { status: 'active' })
  const start = async (flow: string): Promise<string> => {
    const id = await draft(flow)
    const answer = await activate(id)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return id
  }
  const completeAll = async () => {
    const { body } = await api.call('GET', '/experiments?status=active')
    for (const { id } of body.experiments) await setStatus(api, `/experiments/${id}`, 'completed')
  }

  test('it is one, also of different flows', async () => {
    assert.deepEqual((await api.call('GET', '/settings')).body, { active_experiments: 'one' })
    await start('login')
    assertRefused(await activate(await draft('mfa_challenge')), 400, 'experiment_active_limit_exceeded')
    await completeAll()
  })

  test('or one per flow, for which those that share a flow exclude each other', async () => {
    assert.deepEqual((await limit('one_per_flow')).body, { active_experiments: 'one_per_flow' })
    const login = await start('login')
    for (const flow of ['signup', 'mfa_enrollment', 'mfa_challenge', 'passkey_enrollment']) await start(flow)
    const message = assertRefused(await activate(await draft('pre_login')), 400, 'experiment_active_limit_exceeded')
    assert.match(message, new RegExp(`The experiment ${login} of the flow login is active, and excludes one of`))
    assertRefused(await activate(await draft('all')), 400, 'experiment_active_limit_exceeded')
  })

  test('going back to one is refused while more are active, and changes nothing', async () => {
    assertRefused(await limit('one'), 400, 'experiment_active_limit_exceeded')
    assert.deepEqual((await api.call('GET', '/settings')).body, { active_experiments: 'one_per_flow' })
    await completeAll()
    await start('login')
    assert.equal((await limit('one')).status, 200)
    assertRefused(await activate(await draft('signup')), 400, 'experiment_active_limit_exceeded')
    await completeAll()
  })

  test('an unknown limit is refused', async () => {
    assertRefused(await limit('two'), 400, 'invalid_body')
  })

  const codes = (answers: readonly Answer[]) =>
    answers.map(({ status, body }) => (status < 300 ? 'ok' : body.errorCode)).toSorted()

  test('of concurrent activations that exclude each other one wins', async () => {
    await limit('one_per_flow')
    for (const flows of [
      ['authentication', 'pre_login', 'login', 'all'],
      ['signup', 'authentication', 'all'],
      ['mfa_challenge', 'mfa_challenge', 'all'],
    ]) {
      const ids = await Promise.all(flows.map(draft))
      const answers = await Promise.all(ids.map(activate))
      assert.deepEqual(codes(answers), [...Array(flows.length - 1).fill('experiment_active_limit_exceeded'), 'ok'])
      await completeAll()
    }
    await limit('one')
  })

  const FLOWS = [
    ['authentication', 'login'],
    ['signup', 'pre_authentication'],
    ['mfa_enrollment', 'all'],
    ['mfa_challenge', 'mfa_challenge'],
    ['passkey_enrollment', 'all'],
    ['password_reset', 'all'],
  ] as const

  test('the database keeps both rules, also against other code', async () => {
    const force = async (id: string) =>
      api.db
        .updateTable('experiments')
        .set({ status: 'active', started_at: new Date() })
        .where('tenant_id', '=', TENANT)
        .where('experiment_id', '=', id)
        .execute()
    const one = await Promise.allSettled([await draft('login'), await draft('mfa_challenge')].map(force))
    assert.equal(one.filter(({ status }) => status === 'fulfilled').length, 1)
    await completeAll()
    await limit('one_per_flow')
    for (const flows of FLOWS) {
      const both = await Promise.allSettled((await Promise.all(flows.map(draft))).map(force))
      assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1, flows.join())
      await completeAll()
    }
  })
})
