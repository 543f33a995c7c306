/** Actions that say too much, and children that say what no isolate would. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bind, postLogin, run, runOne, startRunner } from '../../../test/kit/action-runner.ts'
import { readMessage } from './pool/read-message.ts'
import { readReport } from './report.ts'

const runner = startRunner({ cpuMs: 500 })

/** Handlers whose effects must not get out. */
const TOO_MUCH: Record<string, string> = {
  'a claim of a megabyte': "api.idToken.setCustomClaim('a', 'x'.repeat(1e6))",
  'a thousand claims': "for (let i = 0; i < 1000; i++) api.idToken.setCustomClaim('a' + i, 1)",
  'many claims that are large together':
    "for (let i = 0; i < 30; i++) api.idToken.setCustomClaim('a' + i, 'x'.repeat(9000))",
  'too much, and caught': "try { for (;;) api.user.setUserMetadata('a', 'x'.repeat(1000)) } catch {}",
  'toJSON that grows': "api.idToken.setCustomClaim('a', { toJSON: () => 'x'.repeat(2e5) })",
}

for (const [what, body] of Object.entries(TOO_MUCH)) {
  test(`${what} fails as output, and nothing of it is applied`, async () => {
    const { outcome, effects } = await run(runner, [bind(postLogin(body))])
    assert.ok(outcome.kind === 'failed', JSON.stringify(outcome))
    assert.equal(outcome.failure.kind, 'output')
    assert.deepEqual(effects, [])
  })
}

test('JSON that is deeper than anybody needs fails as output', async () => {
  const deep =
    "let o = {}; const root = o; for (let i = 0; i < 200; i++) o = o.o = {}; api.idToken.setCustomClaim('a', root)"
  const { result } = await runOne(runner, postLogin(deep))
  assert.equal(result.kind, 'output')
})

test('JSON that is too deep for a stack fails in the isolate', async () => {
  const deep =
    "let o = {}; const root = o; for (let i = 0; i < 1e5; i++) o = o.o = {}; api.idToken.setCustomClaim('a', root)"
  const { result } = await runOne(runner, postLogin(deep))
  assert.ok(result.kind === 'error' || result.kind === 'timeout')
})

test('circular values, BigInt and functions are mistakes where they are made', async () => {
  for (const value of ['(() => { const o = {}; o.o = o; return o })()', '1n', '() => 1', "Symbol('x')"]) {
    const { result } = await runOne(runner, postLogin(`api.idToken.setCustomClaim('a', ${value})`))
    assert.ok(result.kind === 'error' && /JSON/.test(result.error.message), value)
  }
})

test('a result that was made huge by sabotage is cut in the child, which lives on', async () => {
  const kept = bind(`let n = 0\n${postLogin('console.log(++n)')}`)
  await run(runner, [kept])
  const { result } = await runOne(
    runner,
    postLogin("Array.prototype.join = () => 'x'.repeat(3e7); api.idToken.setCustomClaim('a', 1)"),
  )
  assert.equal(result.kind, 'output')
  assert.equal((await run(runner, [kept])).actions[0]?.logs.text, '2', 'the neighbour has the instance that it had')
})

test('a flood of logs is cut and costs little', async () => {
  const started = performance.now()
  const report = await runOne(runner, postLogin("for (let i = 0; i < 2000; i++) console.log('x'.repeat(1000))"))
  assert.equal(report.logs.text.length, 256)
  assert.ok(report.logs.truncated)
  assert.ok(performance.now() - started < 1500)
})

/** What can be thrown to make trouble for its reader. */
const THROWN: Record<string, string> = {
  nothing: 'undefined',
  null: 'null',
  'a symbol': "Symbol('s')",
  'an object whose getters throw':
    '{ get name() { throw 1 }, get message() { throw 2 }, get stack() { throw 3 }, toString() { throw 4 } }',
  'a proxy that throws': 'new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })',
  'a revoked proxy': '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()',
  'an error with a message of a megabyte': "new Error('m'.repeat(1e6))",
  'an error whose stack is an object': "Object.assign(new Error('m'), { stack: {}, code: [], name: 5 })",
  'an error that says it is a platform error':
    "Object.assign(new Error('x'), { name: 'platform_error', kind: 'platform' })",
}

for (const [what, value] of Object.entries(THROWN)) {
  test(`throwing ${what} is an error of bounded text`, async () => {
    const { result } = await runOne(runner, postLogin(`throw ${value}`))
    assert.ok(result.kind === 'error')
    const { name, message, stack = '', code = '' } = result.error
    assert.ok(typeof name === 'string' && typeof message === 'string')
    assert.ok(name.length <= 64 && message.length <= 1024 && stack.length <= 2048 && code.length <= 64)
  })
}

const context = { trigger: 'post-login', handler: 'h', isContinued: false, now: 0 } as const

/** Texts that only a child in hostile hands would send. */
const FORGED: Record<string, unknown> = {
  'text that is no JSON': undefined,
  'a list': [],
  'calls that are no list': { calls: {}, report: {} },
  'an unknown method': { calls: [['access.allow', 1]], report: {} },
  'a method of Object.prototype': { calls: [['constructor']], report: {} },
  'a method that only answers': { calls: [['cache.get', 'k']], report: {} },
  'a method of the continue handler': { calls: [['authentication.recordMethod', 'https://a.b']], report: {} },
  'arguments that the isolate would have refused': { calls: [['session.setExpiresAt', 'soon']], report: {} },
  'a claim as deep as the sea': {
    calls: [['idToken.setCustomClaim', 'a', JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`)]],
    report: {},
  },
  'no report': { calls: [] },
}

for (const [what, value] of Object.entries(FORGED)) {
  test(`a report with ${what} is output that cannot be read`, () => {
    const { failure, effects } = readReport(value === undefined ? '{' : JSON.stringify(value), context)
    assert.equal(failure?.kind, 'output')
    assert.deepEqual(effects, [])
  })
}

test('a report of a trigger cannot use what another trigger has', () => {
  const text = JSON.stringify({ calls: [['idToken.setCustomClaim', 'a', 1]], report: {} })
  assert.equal(readReport(text, context).failure, undefined)
  assert.equal(readReport(text, { ...context, trigger: 'pre-user-registration' }).failure?.kind, 'output')
})

test('restricted claims are dropped by the parent too', () => {
  const text = JSON.stringify({ calls: [['idToken.setCustomClaim', 'sub', 'admin']], report: {} })
  assert.deepEqual(readReport(text, context).effects, [])
})

test('a message that no child of ours would send is no message', () => {
  for (const head of [
    null,
    [],
    'ready',
    {},
    { type: 'run' },
    { type: 'ended', call: 1 },
    { type: 'ended', call: 1.5 },
    { type: 'fetch', call: 1 },
    { type: 'ended', call: 1, ending: 'constructor', cpuMs: 1, logs: { text: '' } },
  ]) {
    assert.equal(readMessage(head), undefined, JSON.stringify(head))
  }
})
