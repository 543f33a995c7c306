import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { postToken } from '../../../test/kit/relying-party.ts'
import type { LoginConfig } from '../http/login-config.ts'

let server: LoginServer
let ahead = 0

before(async () => {
  server = await startLoginServer({ trustedProxyHops: 1, clock: () => Date.now() + ahead })
})

beforeEach(() => {
  server.takeEvents()
})

after(() => server?.[Symbol.asyncDispose]())

const [ATTACKER, ELSEWHERE] = ['203.0.113.66', '198.51.100.7']

/** Asks for a token of the Management API. */
const ask = (from: string, more: Record<string, string> = {}, at = server) => {
  const { clientId, clientSecret, audience } = at.credentials.management
  const fields = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    audience,
    ...more,
  }
  return postToken(at.issuer, fields, { headers: { 'x-forwarded-for': from } })
}

const guess = (n: number, from = ATTACKER) => ask(from, { client_secret: `guess number ${n}` })

const count = (answers: readonly { readonly status: number }[], status: number): number =>
  answers.filter(answer => answer.status === status).length

/** As if so many seconds had passed, for the server and for what the database has counted. */
const pass = async (seconds: number) => {
  ahead += seconds * 1000
  await sql`update login_failures set expires_at = expires_at - make_interval(secs => ${seconds})`.execute(
    server.database.db,
  )
}

test('a network has twenty wrong secrets of a client, in parallel too, and then not even the right one', async () => {
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => guess(n)))
  assert.ok(count(answers, 401) > 10 && count(answers, 401) <= 20)
  for (let n = 60; n < 75; n += 1) answers.push(await guess(n))
  assert.deepEqual([count(answers, 401), count(answers, 429)], [20, 55])
  const right = await ask(ATTACKER)
  assert.deepEqual([right.status, right.body.error, right.body.access_token], [429, 'too_many_attempts', undefined])
  const seconds = Number(right.headers.get('retry-after'))
  assert.ok(seconds > 0 && seconds <= 60, `${seconds}`)
  assert.deepEqual(
    server.takeEvents().map(({ type }) => type),
    Array.from({ length: 20 }, () => 'feccft'),
    'the log holds what was listened to',
  )
})

test('a right secret among parallel guesses is found by luck only, not by their number', async () => {
  const from = '203.0.113.67'
  const wrong = Array.from({ length: 200 }, (_, n) => guess(n, from))
  await new Promise(resolve => setTimeout(resolve, 20))
  const answers = await Promise.all([...wrong, ask(from)])
  assert.equal(count(answers, 200), 0)
  assert.ok(count(answers, 401) <= 20)
})

test('neither the client elsewhere nor another client there notices', async () => {
  assert.equal((await ask(ELSEWHERE)).status, 200)
  const { clientId, clientSecret } = server.credentials.app
  const other = { client_id: clientId, client_secret: clientSecret, grant_type: 'refresh_token', refresh_token: 'x' }
  assert.equal((await ask(ATTACKER, other)).body.error, 'invalid_grant')
})

test('no other door for the secret is open', async () => {
  const { clientId, clientSecret } = server.credentials.management
  const revoke = await fetch(new URL('oauth/revoke', server.issuer), {
    method: 'POST',
    headers: { 'x-forwarded-for': ATTACKER },
    body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, token: 'x' }),
  })
  assert.equal(revoke.status, 429)
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  const basic = await fetch(new URL('oauth/token', server.issuer), {
    method: 'POST',
    headers: { 'x-forwarded-for': ATTACKER, authorization },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  assert.equal(basic.status, 429)
})

test('after a minute one more is heard, and with the right secret everything goes on', async () => {
  await pass(60)
  assert.deepEqual([(await guess(61)).status, (await guess(62)).status], [401, 429])
  await pass(60)
  const answers = await Promise.all(Array.from({ length: 30 }, () => ask(ATTACKER)))
  assert.equal(count(answers, 200), 30)
})

test('the limit can be another one, and switched off', async () => {
  const statusesWith = async (limitClientSecrets: LoginConfig['limitClientSecrets']) => {
    await using other = await startLoginServer({ trustedProxyHops: 1, config: { limitClientSecrets } })
    const statuses: number[] = []
    for (let n = 0; n < 25; n += 1) statuses.push((await ask(ATTACKER, { client_secret: `guess ${n}` }, other)).status)
    return [...statuses, (await ask(ATTACKER, {}, other)).status]
  }
  const strict = await statusesWith({ burst: 2, secondsEach: 3_600 })
  assert.deepEqual(strict, [401, 401, ...Array.from({ length: 24 }, () => 429)])
  assert.deepEqual(await statusesWith('off'), [...Array.from({ length: 25 }, () => 401), 200])
})
