import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jwtVerify, SignJWT } from 'jose'
import { bind, EVENT, postLogin, run, runOne, startRunner } from '../../../test/kit/action-runner.ts'
import type { RunRequest } from '../contract/contract.ts'

const runner = startRunner()
const KEY = 'a secret that both sides know'
const encoded = new TextEncoder().encode(KEY)

test('a denial ends the run after its Action, and what was asked for still applies', async () => {
  const { outcome, effects, actions } = await run(runner, [
    bind(
      postLogin(
        "api.user.setAppMetadata('seen', true); api.access.deny('not today'); api.user.setUserMetadata('late', 1)",
      ),
    ),
    bind(postLogin("api.user.setUserMetadata('never', 1)")),
  ])
  assert.equal(outcome.kind, 'denied')
  assert.equal(actions.length, 1)
  assert.deepEqual(
    effects.map(({ kind }) => kind),
    ['app_metadata', 'access_denied', 'user_metadata'],
  )
})

test('methods that ask can be chained', async () => {
  const { effects } = await run(runner, [
    bind(postLogin("api.user.setUserMetadata('a', 1).idToken.setCustomClaim('b', 2).access.deny('c')")),
  ])
  assert.equal(effects.length, 3)
})

test('a mistake in an argument is thrown where it is made, and can be caught', async () => {
  const report = await runOne(
    runner,
    postLogin("try { api.session.setCookieMode('x') } catch (e) { console.log(e.name, e.message) }"),
  )
  assert.equal(report.result.kind, 'ok')
  assert.equal(report.logs.text, 'TypeError api.session.setCookieMode: mode must be one of persistent, non-persistent')
})

test('a trigger has its own methods and no others', async () => {
  const code =
    'exports.onExecutePostUserRegistration = async (event, api) => console.log(Object.keys(api), Object.keys(api.cache))'
  const { actions } = await run(runner, [bind(code)], { trigger: 'post-user-registration' })
  assert.equal(actions[0]?.logs.text, "[ 'cache' ] [ 'delete', 'get', 'set' ]")
})

test('transaction metadata shows at once, in later Actions, and in the result', async () => {
  const { actions, transactionMetadata } = await run(
    runner,
    [
      bind(
        postLogin(
          "api.transaction.setMetadata('a', 1); api.transaction.setMetadata('old', null); console.log(event.transaction.metadata)",
        ),
      ),
      bind(postLogin('console.log(event.transaction.metadata, event.transaction.protocol)')),
    ],
    { event: { ...EVENT, transaction: { protocol: 'oidc-basic-profile', metadata: { old: 'x', kept: true } } } },
  )
  assert.deepEqual(
    actions.map(({ logs }) => logs.text),
    ['{ kept: true, a: 1 }', '{ kept: true, a: 1 } oidc-basic-profile'],
  )
  assert.deepEqual(transactionMetadata, { kept: true, a: 1 })
})

test('the cache answers at once, is handed on, and keeps its limits', async () => {
  const later = Date.now() + 60_000
  const { actions, cache } = await run(
    runner,
    [
      bind(
        postLogin(`
        console.log(api.cache.get('given').value, api.cache.get('over'), api.cache.get('none'))
        console.log(api.cache.set('k', 'v', { ttl: 5000 }).type, api.cache.get('k').value)
        console.log(api.cache.set('é'.repeat(33), 'v').code, api.cache.set('k', 'x'.repeat(4097)).code)
        console.log(api.cache.set('gone', 'v', { expires_at: 1 }).code, api.cache.delete('none').code, api.cache.delete('given').type)`),
      ),
      bind(postLogin("console.log(api.cache.get('k').value, api.cache.get('given'))")),
    ],
    { cache: { given: { value: 'g', expires_at: later }, over: { value: 'o', expires_at: 1 } } },
  )
  assert.deepEqual(actions[0]?.logs.text.split('\n'), [
    'g undefined undefined',
    'success v',
    'CacheKeySizeExceeded CacheValueSizeExceeded',
    'ItemAlreadyExpired CacheKeyDoesNotExist success',
  ])
  assert.equal(actions[1]?.logs.text, 'v undefined')
  assert.deepEqual(Object.keys(cache).sort(), ['k', 'over'])
})

test('the cache holds 20 entries and 8 KB', async () => {
  const entries = await runOne(
    runner,
    postLogin("for (let i = 0; i < 21; i++) console.log(api.cache.set('k' + i, 'v').type[0])"),
  )
  assert.equal(entries.logs.text.replaceAll('\n', ''), `${'s'.repeat(20)}e`)
  const bytes = await runOne(
    runner,
    postLogin("for (let i = 0; i < 3; i++) console.log(api.cache.set('k' + i, 'x'.repeat(4000)).code)"),
  )
  assert.equal(bytes.logs.text, 'undefined\nundefined\nCacheSizeExceeded')
})

const redirecting = `
exports.onExecutePostLogin = async (event, api) => {
  const token = api.redirect.encodeToken({ secret: event.secrets.KEY, payload: { colour: 'red', sub: 'forged' } })
  api.redirect.sendUserTo('https://app.example.com/ask', { query: { session_token: token } })
}
exports.onContinuePostLogin = async (event, api) => {
  const { colour } = api.redirect.validateToken({ secret: event.secrets.KEY })
  api.authentication.recordMethod('https://app.example.com/ask')
  api.idToken.setCustomClaim('https://example.com/colour', colour)
}`

const suspended = async () => {
  const actions = [
    bind(postLogin("api.user.setUserMetadata('first', 1)")),
    bind(redirecting, { secrets: { KEY } }),
    bind(postLogin("api.accessToken.addScope('last')")),
  ]
  return { actions, first: await run(runner, actions) }
}

test('a redirect suspends the run with a signed token about the login', async () => {
  const { first, actions } = await suspended()
  assert.ok(first.outcome.kind === 'suspended' && first.outcome.effect.kind === 'redirect')
  assert.deepEqual(first.outcome.resume, { action_id: actions[1]?.action_id, at: 'continue' })
  assert.equal(first.actions.length, 2)
  const token = new URL(first.outcome.effect.url).searchParams.get('session_token') ?? ''
  const { payload } = await jwtVerify(token, encoded)
  assert.equal(payload.sub, 'auth0|1')
  assert.equal(payload.iss, 'login.example.com')
  assert.equal(payload.ip, '203.0.113.7')
  assert.equal(payload.colour, 'red')
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 900)
})

const comeBack = async (claims: Record<string, unknown>, where: 'query' | 'body' = 'query') => {
  const { actions, first } = await suspended()
  assert.ok(first.outcome.kind === 'suspended')
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1m').sign(encoded)
  const request = { ...EVENT.request, [where]: { state: 'st', session_token: token } }
  const more: Partial<RunRequest> = {
    continueFrom: first.outcome.resume,
    redirectState: 'st',
    event: { ...EVENT, request },
  }
  return run(runner, actions, more)
}

test('a run goes on in the continue handler of the same Action, and then with the next', async () => {
  const { outcome, effects, actions } = await comeBack({ colour: 'blue', state: 'st' }, 'body')
  assert.deepEqual(outcome, { kind: 'completed' })
  assert.deepEqual(
    actions.map(({ handler }) => handler),
    ['onContinuePostLogin', 'onExecutePostLogin'],
  )
  assert.deepEqual(effects, [
    { kind: 'method_recorded', url: 'https://app.example.com/ask' },
    { kind: 'id_token_claim', name: 'https://example.com/colour', value: 'blue' },
    { kind: 'scope_added', scope: 'last' },
  ])
})

test('a token for another redirect, or for none, does not pass', async () => {
  for (const claims of [{ colour: 'blue', state: 'another' }, { colour: 'blue' }]) {
    const { outcome } = await comeBack(claims)
    assert.ok(outcome.kind === 'failed')
    assert.match(outcome.failure.error.message, /the state of the token is not the state of this redirect/)
  }
})

test('an Action without a continue handler has nothing to do when the browser is back', async () => {
  const actions = [
    bind(postLogin("api.redirect.sendUserTo('https://a.example')")),
    bind(postLogin("api.accessToken.addScope('last')")),
  ]
  const { outcome, effects } = await run(runner, actions, {
    continueFrom: { action_id: actions[0]?.action_id ?? '', at: 'continue' },
  })
  assert.deepEqual(outcome, { kind: 'completed' })
  assert.equal(effects.length, 1)
})

test('where the browser cannot be sent, canRedirect says so and a redirect is interaction_required', async () => {
  const code = postLogin("console.log(api.redirect.canRedirect()); api.redirect.sendUserTo('https://a.example')")
  const { outcome, actions } = await run(runner, [bind(code)], { interactive: false })
  assert.equal(outcome.kind, 'interaction_required')
  assert.equal(actions[0]?.logs.text, 'false')
})

test('a challenge suspends the run before the next Action', async () => {
  const actions = [bind(postLogin("api.authentication.challengeWith({ type: 'otp' })")), bind(postLogin(''))]
  const { outcome } = await run(runner, actions)
  assert.ok(outcome.kind === 'suspended')
  assert.deepEqual(outcome.resume, { action_id: actions[0]?.action_id, at: 'next' })
  const after = await run(runner, actions, { continueFrom: outcome.resume })
  assert.deepEqual(
    after.actions.map(({ action_id }) => action_id),
    [actions[1]?.action_id],
  )
})

test('recordMethod and validateToken belong into the continue handler', async () => {
  for (const call of [
    "api.authentication.recordMethod('https://a.b')",
    "api.redirect.validateToken({ secret: 'x' })",
  ]) {
    const report = await runOne(runner, postLogin(call))
    assert.ok(report.result.kind === 'error')
    assert.match(report.result.error.message, /can only be used in the continue handler/)
  }
})

test('a refresh token is revoked only while one is exchanged', async () => {
  const code = postLogin("api.refreshToken.revoke('stolen')")
  assert.equal((await runOne(runner, code)).result.kind, 'error')
  const event = { ...EVENT, transaction: { protocol: 'oauth2-refresh-token' } }
  assert.equal((await runOne(runner, code, { event })).result.kind, 'denied')
})

test('the primary user is set once per login, over all Actions', async () => {
  const { outcome } = await run(runner, [
    bind(postLogin("api.authentication.setPrimaryUser('auth0|2')")),
    bind(postLogin("api.authentication.setPrimaryUser('auth0|3')")),
  ])
  assert.ok(outcome.kind === 'failed')
  assert.match(outcome.failure.error.message, /twice/)
})

test('changes of user metadata have 32 KB in one run', async () => {
  const big = bind(postLogin("api.user.setUserMetadata('k' + Math.random(), 'x'.repeat(20_000))"))
  assert.equal((await run(runner, [big])).outcome.kind, 'completed')
  const { outcome } = await run(runner, [big, { ...big, action_id: 'second' }])
  assert.ok(outcome.kind === 'failed' && outcome.failure.kind === 'output' && outcome.action_id === 'second')
})

test('an Action that is no longer bound fails the run that waits for it', async () => {
  const { outcome } = await run(runner, [bind(postLogin(''))], { continueFrom: { action_id: 'gone', at: 'continue' } })
  assert.ok(outcome.kind === 'failed' && outcome.error_class === 'platform_error')
})
