import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { createBrowser } from '../../../test/kit/browser.ts'
import { ASSIGNMENT, type LoginServer, outcomeOf, startLoginServer } from '../../../test/kit/login-server.ts'
import { createRelyingParty, type RelyingParty } from '../../../test/kit/relying-party.ts'
import { insertResourceServer } from '../../store/tenants/resource-server-store.ts'

const API = 'https://api.example.com/'

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
  await insertResourceServer(server.database.db, server.tenantId, {
    id: 'api',
    identifier: API,
    name: 'An API',
    scopes: ['read:things', 'write:things'],
    tokenLifetime: 600,
    allowOfflineAccess: true,
    isSystem: false,
  })
})

after(() => server?.[Symbol.asyncDispose]())

const browser = () => createBrowser(server.issuer)
const remoteKeys = () => createRemoteJWKSet(new URL('.well-known/jwks.json', server.issuer))
const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type)

const userinfo = async (token: string, headers: Record<string, string> = {}) => {
  const response = await fetch(new URL('userinfo', server.issuer), {
    headers: { authorization: `Bearer ${token}`, ...headers },
  })
  return { response, body: (await response.json()) as Record<string, unknown> }
}

test('a login through the page ends with tokens of the right shape', async () => {
  const callback = await party.logIn(browser())
  assert.equal(callback.query.get('iss'), server.issuer)
  const { status, body, headers } = await party.exchange(callback)
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.token_type, 'Bearer')
  assert.equal(body.expires_in, 86_400)
  assert.equal(body.scope, 'openid profile email')
  assert.equal(body.refresh_token, undefined)
  assert.equal(headers.get('cache-control'), 'no-store')
  const { payload, protectedHeader } = await jwtVerify(body.id_token ?? '', remoteKeys(), {
    issuer: server.issuer,
    audience: server.credentials.app.clientId,
  })
  assert.equal(protectedHeader.alg, 'RS256')
  assert.equal(payload.email, 'admin@example.com')
  assert.equal(payload.nickname, 'admin')
  assert.equal(payload.nonce, 'n')
  assert.match(String(payload.sub), /^auth0\|[0-9a-f]{24}$/)
  assert.equal(typeof payload.sid, 'string')
  assert.equal(payload.auth_time, undefined)
  const profile = await userinfo(body.access_token ?? '')
  assert.equal(profile.response.status, 200)
  assert.equal(profile.body.email, 'admin@example.com')
})

test('forms and JSON are both understood at the token endpoint', async () => {
  for (const asForm of [true, false]) {
    const { code, verifier } = await party.logIn(browser())
    const answer = await party.token(
      {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: 'http://127.0.0.1:9/callback',
      },
      { asForm },
    )
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
  }
})

test('every event of a login carries its transaction, its session and its experiment', async () => {
  server.switches.assign = async () => outcomeOf(ASSIGNMENT)
  server.takeEvents()
  const { body } = await party.exchange(await party.logIn(browser()))
  const events = server.takeEvents()
  assert.deepEqual(typesOf(events), ['experiment_assignment_succeeded', 's', 'seacft'])
  const [first, success] = events
  for (const event of events) {
    assert.deepEqual(event.experiment, {
      experiment_id: 'exp_1',
      variation_id: 'var_t',
      is_control: false,
      allocation_strategy: 'percentage',
      assignment: 'auto',
    })
    assert.equal(event.details?.transaction_id, first?.details?.transaction_id)
    assert.equal(event.details?.session_id, first?.details?.session_id)
    assert.equal(event.details?.device_id, first?.details?.device_id)
    assert.match(String(event.details?.device_id), /^[\w-]{32}$/)
    assert.equal(event.client_id, server.credentials.app.clientId)
    assert.equal(event.ip, '127.0.0.1')
  }
  assert.equal(decodeJwt(body.id_token ?? '').sid, first?.details?.session_id)
  assert.equal(first?.details?.reason, 'auto_percentage')
  assert.equal(success?.user_name, 'admin@example.com')
  assert.equal(success?.connection, 'Username-Password-Authentication')
  assert.equal(success?.strategy_type, 'database')
  assert.match(JSON.stringify(success?.details?.stats), /"loginsCount":[1-9]/)
  assert.match(JSON.stringify(success?.details?.prompts), /"prompt-authenticate".*"universal-login"/)
  server.switches.assign = async () => outcomeOf()
})

test('the same device and its hash return with the next login; another browser is another device', async () => {
  const deviceOf = () => server.takeEvents().find(({ type }) => type === 's')?.details?.device_id
  const same = browser()
  server.takeEvents()
  await party.logIn(same, { prompt: 'login' })
  const first = deviceOf()
  await party.logIn(same, { prompt: 'login' })
  assert.equal(deviceOf(), first)
  await party.logIn(browser())
  assert.notEqual(deviceOf(), first)
})

test('a token for an API is a JWT for it and for /userinfo, with the scopes that exist', async () => {
  const scope = 'openid email read:things no:such'
  const callback = await party.logIn(browser(), { audience: API, scope })
  const { body } = await party.exchange(callback)
  assert.equal(body.scope, 'openid email read:things')
  const token = body.access_token ?? ''
  const { payload } = await jwtVerify(token, remoteKeys(), { issuer: server.issuer, audience: API })
  assert.equal(decodeProtectedHeader(token).typ, 'JWT')
  assert.deepEqual(payload.aud, [API, `${server.issuer}userinfo`])
  assert.equal(payload.azp, server.credentials.app.clientId)
  assert.equal(payload.scope, 'openid email read:things')
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 600)
  for (const absent of ['client_id', 'jti', 'gty']) assert.equal(payload[absent], undefined)
  const profile = await userinfo(token)
  assert.deepEqual(Object.keys(profile.body).sort(), ['email', 'email_verified', 'sub'])
})

test('a token for an API without openid is for that API only', async () => {
  const { body } = await party.exchange(
    await party.logIn(browser(), { audience: API, scope: 'read:things', nonce: undefined }),
  )
  assert.equal(body.id_token, undefined)
  assert.equal(decodeJwt(body.access_token ?? '').aud, API)
  assert.equal((await userinfo(body.access_token ?? '')).response.status, 401)
})

test("an administrator's login gives an application without a client grant no power over the tenant", async () => {
  const audience = `${server.issuer}api/v2/`
  const { body } = await party.exchange(await party.logIn(browser(), { audience, scope: 'openid delete:users' }))
  assert.equal(decodeJwt(body.access_token ?? '').scope, 'openid')
})

test('a refresh token is rotated, keeps the experiment, and its reuse revokes the family', async () => {
  server.switches.assign = async () => outcomeOf(ASSIGNMENT)
  const callback = await party.logIn(browser(), { scope: 'openid offline_access' })
  server.switches.assign = async () => outcomeOf()
  const { body: first } = await party.exchange(callback)
  assert.ok(first.refresh_token)
  assert.equal(first.scope, 'openid offline_access')
  server.takeEvents()
  const refresh = (token: string | undefined) =>
    party.token({ grant_type: 'refresh_token', refresh_token: token ?? '' })
  const second = await refresh(first.refresh_token)
  assert.equal(second.status, 200, JSON.stringify(second.body))
  assert.notEqual(second.body.refresh_token, first.refresh_token)
  assert.ok(second.body.id_token)
  const [event] = server.takeEvents()
  assert.equal(event?.type, 'sertft')
  assert.equal(event?.experiment?.variation_id, 'var_t')
  assert.equal(event?.details?.tokenCounter, 1)

  const reuse = await refresh(first.refresh_token)
  assert.equal(reuse.status, 400)
  assert.equal(reuse.body.error, 'invalid_grant')
  const [reused] = server.takeEvents()
  assert.equal(reused?.type, 'ferrt')
  assert.equal(reused?.details?.familyId, event?.details?.familyId)
  const stolen = await refresh(second.body.refresh_token)
  assert.equal(stolen.status, 400)
  assert.deepEqual(typesOf(server.takeEvents()), ['fertft'])
})

test('a refreshed token for an API says how it was got', async () => {
  const scope = 'openid read:things offline_access'
  const { body } = await party.exchange(await party.logIn(browser(), { audience: API, scope }))
  const refreshed = await party.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' })
  const payload = decodeJwt(refreshed.body.access_token ?? '')
  assert.equal(payload.gty, 'refresh_token')
  assert.deepEqual(String(payload.scope).split(' ').sort(), ['offline_access', 'openid', 'read:things'])
})

test('of parallel refreshes with one token exactly one gets tokens', async () => {
  const { body } = await party.exchange(await party.logIn(browser(), { scope: 'openid offline_access' }))
  const answers = await Promise.all(
    Array.from({ length: 5 }, () =>
      party.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' }),
    ),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
})

test('a code is redeemed once, however many try; a replay takes back what it gave', async () => {
  const callback = await party.logIn(browser())
  server.takeEvents()
  const answers = await Promise.all(Array.from({ length: 8 }, () => party.exchange(callback)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  for (const { status, body } of answers) if (status !== 200) assert.equal(body.error, 'invalid_grant')
  assert.deepEqual(typesOf(server.takeEvents()).sort(), [...Array.from({ length: 7 }, () => 'feacft'), 'seacft'])
  assert.equal((await party.exchange(callback)).status, 400)
  const redeemed = answers.find(({ status }) => status === 200)
  assert.equal((await userinfo(redeemed?.body.access_token ?? '')).response.status, 401)
})

test('a code needs its verifier, its redirect_uri and its client', async () => {
  const wrong: Record<string, string>[] = [
    { code_verifier: 'x'.repeat(43) },
    { redirect_uri: 'http://127.0.0.1:9/other' },
    { client_secret: 'wrong' },
    { code: 'x'.repeat(43) },
  ]
  for (const change of wrong) {
    const callback = await party.logIn(browser())
    server.takeEvents()
    const answer = await party.exchange(callback, change)
    assert.ok(answer.status === 400 || answer.status === 401, JSON.stringify(answer.body))
    const [event] = server.takeEvents()
    assert.equal(event?.type, 'feacft')
    assert.ok(!JSON.stringify(event).includes(callback.code), 'a code in the log')
  }
})

test('overrides, ext- parameters and the request reach the assignment', async () => {
  const asked: unknown[] = []
  server.switches.assign = async input => {
    asked.push(input)
    const warning = { code: 'experiment_not_found', message: 'There is no such experiment.' }
    return { ...outcomeOf(), warnings: input.userId ? [] : [warning] }
  }
  server.takeEvents()
  const parameters = { experiment_id: 'exp_x', variation_id: 'var_x', 'ext-plan': 'pro', correlation_id: 'c-1' }
  await party.logIn(browser(), parameters)
  const [input] = asked as [
    { params: Record<string, string>; hostname: string; deviceId: string; header(n: string): string },
  ]
  for (const [name, value] of Object.entries(parameters)) assert.equal(input.params[name], value)
  assert.equal(input.hostname, 'localhost')
  assert.match(input.deviceId, /^[1-9A-HJ-NP-Za-km-z]{22}$/)
  assert.match(input.header('user-agent'), /^Mozilla/)
  const [warning, success] = server.takeEvents()
  assert.equal(warning?.type, 'w')
  assert.equal(warning?.details?.code, 'experiment_not_found')
  assert.equal(success?.references?.correlation_id, 'c-1')
  assert.ok(!JSON.stringify(server.events).includes(input.deviceId), 'a raw device id in the log')
  server.switches.assign = async () => outcomeOf()
})
