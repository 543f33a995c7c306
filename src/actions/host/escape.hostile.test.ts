/** Actions that look for a way out, or for something of another call. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bind, EVENT, postLogin, run, runOne, startRunner } from '../../../test/kit/action-runner.ts'

const runner = startRunner({ cpuMs: 500 })

/** Expressions that would show the way out; each must show `none`, or throw. */
const WAYS_OUT: Record<string, string> = {
  'the constructor of a constructor':
    "(() => { try { return typeof (function () {}).constructor.constructor('return process.mainModule')() } catch (e) { return 'undefined' } })() === 'undefined' ? 'none' : 'out'",
  'the constructor of a host function':
    "(await Promise.all([fetch, console.log, setTimeout, crypto.randomUUID, require, api.access.deny].map(async f => { try { return await f.constructor('return typeof process.binding + typeof process.kill')() } catch { return 'undefinedundefined' } }))).every(t => t === 'undefinedundefined') ? 'none' : 'out'",
  'process of Node':
    "Object.keys(process).join() === 'env,version,versions,platform,nextTick' && Object.keys(process.env).length === 0 ? 'none' : 'out'",
  'files, processes and sockets':
    "['fs', 'child_process', 'net', 'http', 'worker_threads', 'module', 'vm', 'os', 'isolated-vm', '../x', '/etc/passwd'].every(m => { try { require(m); return false } catch (e) { return e.code === 'MODULE_NOT_FOUND' } }) ? 'none' : 'out'",
  'dynamic import': "await import('fs').then(() => 'out', () => 'none')",
  'import of a data URL': "await import('data:text/javascript,export default 1').then(() => 'out', () => 'none')",
  'native objects of the host':
    "Object.getOwnPropertyNames(globalThis).some(n => /ivm|isolate|bridge|host/i.test(n)) ? 'out' : 'none'",
  'call sites of the stack': `(() => {
    const seen = []
    Error.prepareStackTrace = (error, sites) => { for (const s of sites) seen.push(s.getFunction(), s.getThis()); return '' }
    new Error().stack
    api.redirect.canRedirect.call
    try { api.session.setCookieMode('bad') } catch (e) { e.stack }
    return seen.some(x => x && x !== globalThis && typeof x === 'object' && 'bridge' in x) ? 'out' : 'none'
  })()`,
  'the caller of a callback':
    "(() => { let c; try { [1].map(function f() { c = f.caller }) } catch { } return c && /bridge/.test(String(c)) ? 'out' : 'none' })()",
  'arguments of the callers':
    "(() => { function g() { return g.caller?.arguments?.length } try { return g() > 2 ? 'none' : 'none' } catch { return 'none' } })()",
  'secrets in the environment': "JSON.stringify(globalThis.process.env) === '{}' ? 'none' : 'out'",
  'paths of the server in an error':
    "(() => { try { new TextDecoder('nope') } catch (e) { return /node_modules|\\/work|\\/home|src\\/actions/.test(e.stack + e.message) ? 'out' : 'none' } })()",
}

for (const [what, expression] of Object.entries(WAYS_OUT)) {
  test(`${what}: there is no way out`, async () => {
    const report = await runOne(runner, postLogin(`console.log(${expression})`))
    assert.deepEqual([report.result.kind, report.logs.text], ['ok', 'none'])
  })
}

/** What an Action may do to its own instance to make trouble for the platform. */
const SABOTAGE: Record<string, string> = {
  'the prototype of every object': "Object.prototype.polluted = 'yes'; Object.prototype.then = f => f()",
  'setters on the prototype of every object':
    "for (const k of ['calls', 'report', 'effects', 'kind', 'value', 'headers']) Object.defineProperty(Object.prototype, k, { set() { throw 1 }, get() { return 'evil' }, configurable: true })",
  JSON: 'JSON.stringify = () => \'{"calls":[["access.deny","forged"]]}\'; JSON.parse = () => ({})',
  'the methods of arrays':
    "for (const k of ['push', 'map', 'join', 'slice', 'findLastIndex', 'filter']) Array.prototype[k] = () => { throw new Error('no') }",
  promises: 'Promise.prototype.then = () => {}; globalThis.Promise = null',
  'symbols of iteration': 'Array.prototype[Symbol.iterator] = function* () { for (;;) yield 1 }',
  'the globals':
    'for (const k of Object.getOwnPropertyNames(globalThis)) { try { globalThis[k] = undefined } catch {} }',
  'its own exports': 'module.exports = new Proxy({}, { get() { throw new Error("no") } })',
  'Map and WeakMap': 'Map.prototype.get = WeakMap.prototype.get = Map.prototype.set = () => { throw new Error("no") }',
  functions:
    'Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw 1 }; Reflect.get = Reflect.apply = () => { throw 1 }',
}

for (const [what, body] of Object.entries(SABOTAGE)) {
  test(`an Action that changes ${what} harms no other Action and not the host`, async () => {
    const bad = bind(postLogin(`${body}\nglobalThis.marker = 1`))
    const good = bind(
      postLogin(
        "console.log(({}).polluted, typeof marker, [1].map(x => x + 1).join()); api.idToken.setCustomClaim('a', { b: 1 })",
      ),
    )
    for (let round = 0; round < 2; round++) {
      await run(runner, [bad], { budgetMs: 300 })
      const { effects, actions } = await run(runner, [good])
      assert.equal(actions[0]?.logs.text, 'undefined undefined 2')
      assert.deepEqual(effects, [{ kind: 'id_token_claim', name: 'a', value: { b: 1 } }])
    }
    assert.equal(Reflect.get({}, 'polluted'), undefined)
  })
}

test('what a call adds to the prototypes is gone in the next call of the same Action', async () => {
  const action = bind(
    postLogin('console.log(({}).added, [].added); Object.prototype.added = 1; Array.prototype.added = 2'),
  )
  for (let call = 0; call < 3; call++) {
    const { actions } = await run(runner, [action])
    assert.equal(actions[0]?.logs.text, 'undefined undefined')
  }
})

test('events are fresh for every call, secrets are those of the Action', async () => {
  const first = bind(
    postLogin(
      "event.user.email = 'changed'; event.secrets.KEY = 'changed'; console.log(Object.keys(event.secrets).join())",
    ),
    { secrets: { KEY: '1' } },
  )
  const second = bind(postLogin('console.log(event.user.email, JSON.stringify(event.secrets))'), {
    secrets: { OTHER: '2' },
  })
  const { actions } = await run(runner, [first, second, first])
  assert.deepEqual(
    actions.map(({ logs }) => logs.text),
    ['KEY', 'jo@example.com {"OTHER":"2"}', 'KEY'],
  )
})

test('an api object that outlives its call cannot be used in the next one', async () => {
  const action = bind(
    `let kept\n${postLogin("if (kept) { try { kept.access.deny('late') } catch (e) { console.log(e.message) } } kept = api")}`,
  )
  await run(runner, [action])
  const { outcome, actions } = await run(runner, [action])
  assert.equal(outcome.kind, 'completed')
  assert.equal(actions[0]?.logs.text, 'api.access.deny: the Action has ended')
})

test('a key of the event that JavaScript takes for a prototype is only a key', async () => {
  const event = JSON.parse('{"user":{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}}')
  const report = await runOne(runner, postLogin('console.log(({}).admin, ({}).x, Object.keys(event.user).join())'), {
    event,
  })
  assert.equal(report.logs.text, 'undefined undefined __proto__,constructor')
})

test('names that would change a prototype are refused as names', async () => {
  for (const call of [
    "api.user.setUserMetadata('__proto__', { x: 1 })",
    "api.transaction.setMetadata('__proto__', 'x')",
    "api.cache.set('__proto__', 'x')",
  ]) {
    assert.equal((await runOne(runner, postLogin(call))).result.kind, 'error')
  }
})

test('code that closes its wrapper gains nothing', async () => {
  const code =
    '}); globalThis.escaped = typeof process + typeof require; (function (exports) { exports.onExecutePostLogin = async () => console.log(globalThis.escaped)'
  const report = await runOne(runner, code)
  assert.ok(report.result.kind !== 'ok' || report.logs.text.includes('undefined'))
})

test('a tenant never runs in an instance of another, even under the same version', async () => {
  const action = bind(`globalThis.n = (globalThis.n ?? 0) + 1\n${postLogin('console.log(n, event.tenant.id)')}`)
  const one = await run(runner, [action], { tenantId: 'one', event: { ...EVENT, tenant: { id: 'one' } } })
  const two = await run(runner, [action], { tenantId: 'two', event: { ...EVENT, tenant: { id: 'two' } } })
  assert.deepEqual([one.actions[0]?.logs.text, two.actions[0]?.logs.text], ['1 one', '1 two'])
})

test('a fork bomb finds nothing to fork', async () => {
  const report = await runOne(
    runner,
    postLogin(`
    const found = ['child_process', 'cluster', 'worker_threads'].filter(m => { try { require(m); return true } catch { return false } })
    console.log(found.length, typeof Worker, typeof process.fork, typeof process.spawn)`),
  )
  assert.equal(report.logs.text, '0 undefined undefined undefined')
})
