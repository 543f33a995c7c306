import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createActionApi } from '../../../test/kit/action-api.ts'
import { EVENT, experiment, postLogin } from '../../../test/kit/action-runner.ts'
import { assertRefused } from '../../../test/kit/management-api.ts'

describe('testing an Action', async () => {
  const api = await createActionApi()
  after(() => api[Symbol.asyncDispose]())

  /** Runs the body of a post-login handler with an event; the payload of the answer. */
  const run = async (body: string, payload: object = EVENT, wishes: object = {}) => {
    const id = await api.create({ code: postLogin(body), ...wishes })
    const answer = await api.act('POST', `/actions/${id}/test`, { payload })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body.payload
  }

  test('answers with its logs, its effects and its times, and applies nothing', async () => {
    const result = await run(
      `console.log('hello', event.user.email)
       api.idToken.setCustomClaim('https://example.com/experiment', event.experiment.variation_id)
       api.user.setUserMetadata('seen', true)`,
      { ...EVENT, experiment: experiment({ passkey: true }) },
    )
    assert.deepEqual([result.outcome, result.handler], ['completed', 'onExecutePostLogin'])
    assert.match(result.logs, /hello jo@example\.com/)
    assert.equal(result.logs_truncated, false)
    assert.deepEqual(
      result.effects.map(({ kind }: { kind: string }) => kind),
      ['id_token_claim', 'user_metadata'],
    )
    assert.equal(result.effects[0].value, 'var_7Qr1sL6kMmWy9vBjPt4hEo')
    assert.ok(result.wall_ms > 0 && Math.abs(Date.parse(result.started_at) - Date.now()) < 60_000)
    assert.ok(!('error' in result))
  })

  test('takes the event wrapped, too, and experiment is null when it is absent', async () => {
    assert.match((await run('console.log(event.experiment)', { event: EVENT })).logs, /null/)
  })

  test('gives the stored secrets, and those of the payload instead of them', async () => {
    const secrets = [
      { name: 'A', value: 'stored-a' },
      { name: 'B', value: 'stored-b' },
    ]
    const body = `api.user.setAppMetadata('seen', event.secrets)`
    const result = await run(body, { ...EVENT, secrets: { B: 'given-b', C: 3 } }, { secrets })
    assert.deepEqual(result.effects[0].value, { A: 'stored-a', B: 'given-b' })
  })

  test('a denial and a redirect are outcomes', async () => {
    assert.equal((await run(`api.access.deny('no')`)).outcome, 'denied')
    assert.equal((await run(`api.redirect.sendUserTo('https://example.com/enroll')`)).outcome, 'suspended')
  })

  test('what the Action throws is the answer, with its class', async () => {
    const result = await run(`throw new TypeError('boom')`)
    assert.equal(result.outcome, 'failed')
    const { kind, class: errorClass, name, message } = result.error
    assert.deepEqual([kind, errorClass, name, message], ['error', 'action_error', 'TypeError', 'boom'])
  })

  test('runs what is saved now, not what was saved when it ran last', async () => {
    const id = await api.create({ code: postLogin(`console.log('first')`) })
    const logs = async () => (await api.act('POST', `/actions/${id}/test`, { payload: EVENT })).body.payload.logs
    assert.match(await logs(), /first/)
    await api.act('PATCH', `/actions/${id}`, { code: postLogin(`console.log('second')`) })
    assert.match(await logs(), /second/)
  })

  test('a draft that cannot be built answers with the reason', async () => {
    const result = await run('', EVENT, { dependencies: [{ name: 'no-such-package' }] })
    assert.deepEqual([result.outcome, result.error.kind], ['failed', 'build'])
    assert.match(result.error.message, /no-such-package/)
  })

  test('a loop ends with the limit of the sandbox', async () => {
    const { outcome, error } = await run('for (;;);')
    assert.deepEqual([outcome, error.kind, error.class], ['failed', 'timeout', 'action_timeout'])
  })

  test('neither the stored secrets nor those of the payload are logged', async () => {
    const secrets = [{ name: 'A', value: 'stored-a-hush' }]
    await run('', { ...EVENT, secrets: { B: 'given-b-hush' } }, { secrets })
    assert.doesNotMatch(JSON.stringify(api.events), /hush/)
  })

  test('the payload is an object', async () => {
    const id = await api.create()
    for (const body of [{}, { payload: [] }, { payload: 1 }]) {
      assert.match(assertRefused(await api.act('POST', `/actions/${id}/test`, body), 400, 'invalid_body'), /payload/)
    }
  })
})
