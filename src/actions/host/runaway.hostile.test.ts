/** Actions that do not want to end: each is stopped in time, by itself, and the next call is served. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bind, postLogin, run, runOne, startRunner } from '../../../test/kit/action-runner.ts'

const CPU_MS = 200
const runner = startRunner({ cpuMs: CPU_MS })

/** Bodies of handlers that use up their processor time. */
const LOOPS: Record<string, string> = {
  'an endless loop': 'for (;;);',
  'a loop after await': 'await null; for (;;);',
  'a loop after a timer': 'await new Promise(r => setTimeout(r, 1)); for (;;);',
  'a loop in a timer': 'setTimeout(() => { for (;;); }, 1); await new Promise(() => {})',
  'a loop after fetch': "await fetch('http://127.0.0.1:9/').catch(() => 0); for (;;);",
  'a loop after WebCrypto': "await crypto.subtle.digest('SHA-256', new Uint8Array(1)); for (;;);",
  'microtasks without end': 'for (;;) await null',
  'promises that beget promises':
    'const f = () => { Promise.resolve().then(f).then(f) }; f(); await new Promise(() => {})',
  'a loop that catches and finally loops on': 'for (;;) { try { for (;;); } catch {} finally { for (;;); } }',
  'a regular expression that backtracks': "/^(a+)+$/.test('a'.repeat(50) + '!')",
  'endless recursion that is caught': 'const f = () => f() + 1; for (;;) { try { f() } catch {} }',
  'a thenable that never stops': 'return { then: () => { for (;;); } }',
  'a getter of the error that it throws': 'throw { get message() { for (;;); } }',
  'toJSON of a claim': "api.idToken.setCustomClaim('a', { toJSON() { for (;;); } })",
  'toString of a logged value': 'console.log({ [Symbol.toPrimitive]() { for (;;); }, toString() { for (;;); } } + 1)',
  'a generator without end': 'for (const x of (function* () { for (;;) yield 1 })());',
  'a proxy that loops': 'new Proxy({}, { get: () => { for (;;); } }).x',
  'generated code': "new Function('for (;;);')()",
  'sorting that never decides': 'Array.from({ length: 1e5 }, (_, i) => i).sort(() => { for (;;); })',
  'the host, called in a loop': 'for (;;) crypto.randomUUID()',
}

for (const [what, body] of Object.entries(LOOPS)) {
  test(`${what} ends as a timeout`, async () => {
    const started = performance.now()
    const { result } = await runOne(runner, postLogin(body))
    const took = performance.now() - started
    assert.equal(result.kind, 'timeout', JSON.stringify(result))
    assert.ok(took < CPU_MS + 1500, `it took ${took} ms`)
    assert.equal((await runOne(runner, postLogin(''))).result.kind, 'ok')
  })
}

test('a module that never finishes loading ends as a timeout', async () => {
  const { outcome } = await run(runner, [bind('for (;;);')])
  assert.ok(outcome.kind === 'failed' && outcome.error_class === 'action_timeout')
})

test('code that closes its wrapper and loops ends as a failure', async () => {
  const { result } = await runOne(runner, '}); for (;;); (function () {')
  assert.ok(result.kind === 'syntax' || result.kind === 'timeout')
})

test('a loop that begins when the result is out costs the next call nothing', async () => {
  const action = bind(
    postLogin('Promise.resolve().then(async () => { for (let i = 0; i < 9; i++) await null; for (;;); })'),
  )
  const { outcome } = await run(runner, [action])
  assert.equal(outcome.kind, 'completed')
  assert.equal((await runOne(runner, postLogin(''))).result.kind, 'ok')
})

for (const [what, body] of Object.entries({
  'a promise that never settles': 'await new Promise(() => {})',
  'an interval that waits for nothing': 'setInterval(() => 0, 1); await new Promise(() => {})',
  'a timer beyond the budget': 'await new Promise(r => setTimeout(r, 2 ** 40))',
})) {
  test(`${what} ends when the budget of the run is used up`, async () => {
    const started = performance.now()
    const { result } = await runOne(runner, postLogin(body), { budgetMs: 150 })
    assert.equal(result.kind, 'timeout')
    assert.ok(performance.now() - started < 1000)
  })
}

test('the budget is one for all Actions of a run', async () => {
  const slow = postLogin('await new Promise(r => setTimeout(r, 80))')
  const { actions, outcome } = await run(runner, [bind(slow), bind(slow), bind(slow)], { budgetMs: 200 })
  assert.deepEqual(
    actions.map(({ result }) => result.kind),
    ['ok', 'ok', 'timeout'],
  )
  assert.equal(outcome.kind, 'failed')
})

test('timers that flood the child end as a timeout', async () => {
  const flood = 'for (let i = 0; i < 100; i++) setInterval(() => 0, 0); await new Promise(() => {})'
  const started = performance.now()
  const { result } = await runOne(runner, postLogin(flood), { budgetMs: 15_000 })
  assert.equal(result.kind, 'timeout')
  assert.ok(performance.now() - started < 14_000)
})

test('what an Action logged before it was stopped is kept', async () => {
  const report = await runOne(runner, postLogin("console.log('here'); for (;;);"))
  assert.equal(report.logs.text, 'here')
})

test('timers are limited', async () => {
  const report = await runOne(runner, postLogin('for (let i = 0; i < 1000; i++) setTimeout(() => 0, 1e6)'))
  assert.ok(report.result.kind === 'error')
  assert.match(report.result.error.message, /at most 100 timers/)
})

test('a program that was quick and turns slow is moved to a thread, and its call is not done twice', async () => {
  const action = bind(
    `let calls = 0\n${postLogin('calls += 1; const end = Date.now() + (event.user.slow ?? 0); while (Date.now() < end); console.log(calls)')}`,
  )
  for (let call = 0; call < 20; call++) await run(runner, [action])
  const { actions } = await run(runner, [action], { event: { user: { slow: 60 } } })
  assert.equal(actions[0]?.result.kind, 'ok')
  assert.equal(actions[0]?.logs.text, '1', 'it began again in an instance of its own')
})
