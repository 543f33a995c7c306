import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bind, EVENT, postLogin, run, runOne, startRunner } from '../../../test/kit/action-runner.ts'

const runner = startRunner()

test('an Action reads its event and asks for effects', async () => {
  const { outcome, effects } = await run(runner, [
    bind(postLogin("api.idToken.setCustomClaim('https://example.com/email', event.user.email)")),
  ])
  assert.deepEqual(outcome, { kind: 'completed' })
  assert.deepEqual(effects, [{ kind: 'id_token_claim', name: 'https://example.com/email', value: 'jo@example.com' }])
})

test('an Action that throws fails the run with what it threw', async () => {
  const { outcome, effects } = await run(runner, [
    bind(postLogin("api.user.setUserMetadata('a', 1)\nthrow Object.assign(new RangeError('no'), { code: 'E1' })")),
  ])
  assert.equal(outcome.kind, 'failed')
  assert.ok(outcome.kind === 'failed')
  assert.equal(outcome.error_class, 'action_error')
  assert.equal(outcome.failure.error.name, 'RangeError')
  assert.equal(outcome.failure.error.code, 'E1')
  assert.match(outcome.failure.error.stack ?? '', /action\.js:3:/)
  assert.deepEqual(effects, [])
})

test('console lines are kept up to 256 characters', async () => {
  const report = await runOne(
    runner,
    postLogin("console.log('%s is %d', 'a', 1, { b: [2] }); console.error('x'.repeat(400))"),
  )
  assert.equal(report.logs.text.length, 256)
  assert.match(report.logs.text, /^a is 1 \{ b: \[ 2 \] \}\nxxx/)
  assert.equal(report.logs.truncated, true)
})

test('the experiment is null when there is none', async () => {
  const report = await runOne(runner, postLogin('console.log(event.experiment === null)'), { event: { ...EVENT } })
  assert.equal(report.logs.text, 'true')
})
