import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ActionFailure,
  type ActionReport,
  ERROR_CLASS,
  type PipelineOutcome,
  type PipelineResult,
} from '../../actions/contract/contract.ts'
import type { TriggerId } from '../../actions/contract/triggers/trigger.ts'
import { renderReport } from './render-report.ts'

const CODE = `const plan = user => {
  return user.profile.plan
}
exports.onExecutePostLogin = async event => { plan(event.user) }
`

const report = (wishes: Partial<ActionReport>): ActionReport => ({
  action_id: 'local',
  name: 'a.js',
  version_id: 'local',
  handler: 'onExecutePostLogin',
  result: { kind: 'ok' },
  effects: [],
  logs: { text: '', truncated: false },
  started_at: 0,
  wall_ms: 4.25,
  cpu_ms: 1,
  ...wishes,
})

const render = (
  outcome: PipelineOutcome,
  wishes: Partial<ActionReport> = {},
  trigger: TriggerId = 'post-login',
  code = CODE,
) => {
  const result: PipelineResult = {
    outcome,
    effects: [],
    actions: [report(wishes)],
    cache: {},
    transactionMetadata: {},
  }
  return renderReport(result, { file: 'a.js', code, trigger })
}

const failed = (failure: ActionFailure): PipelineOutcome => ({
  kind: 'failed',
  action_id: 'local',
  error_class: ERROR_CLASS[failure.kind],
  failure,
})

const THROWN = failed({
  kind: 'error',
  error: {
    name: 'TypeError',
    message: 'no plan',
    stack: 'TypeError: no plan\n    at plan (action.js:2:23)\n    at exports.onExecutePostLogin (action.js:4:47)',
  },
})

test('an Action that throws is shown at the place, with what it had logged and asked for', () => {
  const wishes = {
    logs: { text: 'one\ttwo\nthree', truncated: true },
    effects: [{ kind: 'scope_added', scope: 'a' } as const],
  }
  assert.equal(
    render(THROWN, wishes),
    `outcome   failed (action_error): the login would end with access_denied, and actions_execution_failed be logged
handler   onExecutePostLogin
time      4.3 ms (1.0 ms of processor)
error
    TypeError: no plan

      1 | const plan = user => {
    > 2 |   return user.profile.plan
        |                       ^
      3 | }
      4 | exports.onExecutePostLogin = async event => { plan(event.user) }

    at plan (a.js:2:23)
    at exports.onExecutePostLogin (a.js:4:47)
console   (cut)
    one  two
    three
effects   asked for before it failed; none is applied
    {"kind":"scope_added","scope":"a"}`,
  )
})

test('every trigger says what its failure means for the user', () => {
  assert.match(render(THROWN, {}, 'pre-user-registration'), /the sign-up would be refused/)
  assert.match(render(THROWN, {}, 'post-user-registration'), /the user would notice nothing/)
})

test('what is not thrown by the code has no name, no place and no calls', () => {
  const text = render(failed({ kind: 'timeout', error: { name: 'Error', message: 'The time ran out.' } }))
  assert.match(text, /failed \(action_timeout\)/)
  assert.match(text, /\nerror\n {4}The time ran out\.\neffects {3}none$/)
})

test('outcomes that are no failure say what would come next', () => {
  const denied = (trigger: TriggerId) =>
    render(
      { kind: 'denied', action_id: 'local', effect: { kind: 'access_denied', ends: true, reason: 'r' } },
      {},
      trigger,
    )
  assert.match(denied('post-login'), /^outcome {3}denied the login\n/)
  assert.match(denied('pre-user-registration'), /^outcome {3}denied the sign-up\n/)
  const suspended = (at: 'continue' | 'next') =>
    render({
      kind: 'suspended',
      resume: { action_id: 'local', at },
      effect: { kind: 'redirect', suspends: true, url: 'https://a.b/' },
    })
  assert.match(suspended('continue'), /onContinuePostLogin would run next \(try --continue\)/)
  assert.match(suspended('next'), /the next Action would run after it/)
  assert.match(render({ kind: 'completed' }), /^outcome {3}completed\n/)
})

const HINTS: readonly [failure: ActionFailure, code: string, hint: RegExp | undefined][] = [
  [
    { kind: 'missing', error: { name: 'Error', message: 'No handler.' } },
    'exports.onExecutePreUserRegistration = 1',
    /--trigger pre-user-registration$/m,
  ],
  [{ kind: 'missing', error: { name: 'Error', message: 'No handler.' } }, 'exports.other = 1', undefined],
  [
    { kind: 'error', error: { name: 'Error', message: "Cannot find module '@a/b/c': …", code: 'MODULE_NOT_FOUND' } },
    '',
    /--dependency @a\/b@VERSION$/m,
  ],
  [
    { kind: 'error', error: { name: 'TypeError', message: 'fetch failed: the address is not on the public internet' } },
    '',
    /--allow-local$/m,
  ],
  [{ kind: 'error', error: { name: 'Error', message: 'anything' } }, '', undefined],
]

for (const [failure, code, hint] of HINTS) {
  test(`${failure.error.message} of ${JSON.stringify(code)} has ${hint ? 'a' : 'no'} hint`, () => {
    const text = render(failed(failure), {}, 'post-login', code)
    if (hint) assert.match(text, hint)
    else assert.doesNotMatch(text, / --\w/)
  })
}

test('no terminal obeys what an Action has written', () => {
  const error = { name: 'E\u001b[2J', message: 'a\u001b]0;b\u0007', stack: 'x\n    at \u001b[1m (action.js:1:1)' }
  const text = render(failed({ kind: 'error', error }), { logs: { text: '\u001b[31mred', truncated: false } })
  assert.doesNotMatch(text, /[^\P{Cc}\n]/u)
})
