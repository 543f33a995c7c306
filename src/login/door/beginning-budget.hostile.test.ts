import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createBrowser } from '../../../test/kit/browser.ts'
import { type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, isCallback } from '../../../test/kit/relying-party.ts'
import type { LoginConfig } from '../http/login-config.ts'

const start = (limitAuthorize: LoginConfig['limitAuthorize'], more: Partial<LoginConfig> = {}) =>
  startLoginServer({ trustedProxyHops: 1, config: { limitAuthorize, ...more } })

const browserAt = (server: LoginServer, ip: string) => createBrowser(server.issuer, { 'x-forwarded-for': ip })

/** Rows that beginning a login makes. */
const stored = async ({ database }: LoginServer): Promise<number> => {
  const { rows } = await sql<{ rows: number }>`
    select ((select count(*) from login_transactions) + (select count(*) from oidc_payloads))::int as rows`.execute(
    database.db,
  )
  return rows[0]?.rows ?? Number.NaN
}

const LIMIT = { burst: 5, secondsEach: 3_600 }

test('beyond its budget a network gets 429 at /authorize, and nothing is stored', async () => {
  await using server = await start(LIMIT)
  const party = createRelyingParty(server)
  const ip = '203.0.113.80'
  const begin = (parameters = {}) => browserAt(server, ip).request(party.authorize(parameters).url)
  const first = browserAt(server, ip)
  const page = await first.visit(party.authorize().url)
  for (const parameters of [{}, {}, { prompt: 'none' }, { max_age: '-1' }])
    assert.notEqual((await begin(parameters)).status, 429)

  const before = await stored(server)
  server.takeEvents()
  for (let i = 0; i < 20; i += 1) {
    const answer = await begin(i % 2 === 0 ? {} : { prompt: 'none' })
    const seconds = Number(answer.headers.get('retry-after'))
    assert.equal(answer.status, 429)
    assert.ok(seconds > 3_000 && seconds <= 3_600, `${seconds}`)
    assert.equal(answer.headers.get('set-cookie'), null)
    assert.match(answer.body, /Too many logins are begun from your network/)
  }
  assert.equal(await stored(server), before)
  const events = server.takeEvents()
  assert.deepEqual(
    events.map(({ type, ip, details }) => ({ type, ip, details })),
    [
      {
        type: 'api_limit',
        ip,
        details: {
          limit: { bucket: 'authorize', global: false, size: 5 },
          request: { method: 'GET', path: '/authorize' },
        },
      },
    ],
  )

  assert.ok(isCallback(await first.submit(page, ADMIN)), 'a login that was begun is finished')
  await party.logIn(browserAt(server, '198.51.100.80'))
})

test('a pushed request is a beginning, and beyond the budget nothing of it is stored', async () => {
  await using server = await start(LIMIT)
  const { app } = server.credentials
  const push = () =>
    fetch(new URL('oauth/par', server.issuer), {
      method: 'POST',
      headers: { 'x-forwarded-for': '203.0.113.81' },
      body: new URLSearchParams({
        client_id: app.clientId,
        client_secret: app.clientSecret,
        response_type: 'code',
        redirect_uri: app.callbacks[0] ?? '',
      }),
    })
  for (let i = 0; i < LIMIT.burst; i += 1) assert.equal((await push()).status, 201)
  const before = await stored(server)
  for (let i = 0; i < 5; i += 1) {
    const answer = await push()
    const body: unknown = await answer.json()
    assert.equal(answer.status, 429)
    assert.ok(Number(answer.headers.get('retry-after')) > 3_000)
    assert.partialDeepStrictEqual(body, { error: 'too_many_requests' })
  }
  assert.equal(await stored(server), before)
})

test('the addresses of one IPv6 network have one budget', async () => {
  await using server = await start(LIMIT)
  const party = createRelyingParty(server)
  const statuses: number[] = []
  for (let i = 0; i < 8; i += 1)
    statuses.push((await browserAt(server, `2001:db8::${i + 1}`).request(party.authorize().url)).status)
  assert.deepEqual(statuses, [302, 302, 302, 302, 302, 429, 429, 429])
  assert.equal((await browserAt(server, '2001:db8:0:1::1').request(party.authorize().url)).status, 302)
})

test('networks without end have one budget of the tenant, and nothing is stored beyond it', async () => {
  await using server = await start({ burst: 2, secondsEach: 3_600 }, { limitAuthorizeTenant: LIMIT })
  const party = createRelyingParty(server)
  const begin = (ip: string) => browserAt(server, ip).request(party.authorize().url)
  const first = browserAt(server, '2001:db8:0:100::1')
  const page = await first.visit(party.authorize().url)
  // A network that is beyond its own budget takes nothing from the others.
  assert.deepEqual(
    await Promise.all(Array.from({ length: 10 }, async () => (await begin('2001:db8:0:1::1')).status)).then(statuses =>
      statuses.filter(status => status === 302),
    ),
    [302, 302],
  )
  for (const ip of ['2001:db8:0:2::1', '2001:db8:0:3::1']) assert.equal((await begin(ip)).status, 302)

  const before = await stored(server)
  server.takeEvents()
  for (let n = 0; n < 20; n += 1) {
    const answer = await begin(`2001:db8:1:${n}::1`)
    const seconds = Number(answer.headers.get('retry-after'))
    assert.equal(answer.status, 429)
    assert.ok(seconds > 3_000 && seconds <= 3_600, `${seconds}`)
    assert.match(answer.body, /Too many logins are begun at this moment/)
  }
  assert.equal(await stored(server), before)
  assert.deepEqual(
    server.takeEvents().map(({ type, ip, details }) => ({ type, ip, details })),
    [
      {
        type: 'api_limit',
        ip: '2001:db8:1:0::1',
        details: {
          limit: { bucket: 'authorize', global: true, size: 5 },
          request: { method: 'GET', path: '/authorize' },
        },
      },
    ],
    'said once',
  )
  assert.ok(isCallback(await first.submit(page, ADMIN)), 'a login that was begun is finished')
})

test('each budget can be switched off', async () => {
  await using server = await start('off', { limitAuthorizeTenant: 'off' })
  const party = createRelyingParty(server)
  const browser = browserAt(server, '203.0.113.81')
  for (let i = 0; i < 20; i += 1) assert.equal((await browser.request(party.authorize().url)).status, 302)
})
