import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { createBrowser } from '../../../test/kit/browser.ts'
import { type FactorServer, PASSWORD, startFactorServer } from '../../../test/kit/factor-login.ts'
import { CALLBACK } from '../../../test/kit/login-server.ts'

let server: FactorServer

before(async () => {
  server = await startFactorServer()
})

after(() => server?.[Symbol.asyncDispose]())

/** Bytes of everything that `/authorize` has stored. */
const stored = async (): Promise<number> => {
  const { rows } = await sql<{ bytes: string }>`
    select coalesce(sum(length(row)), 0) as bytes from (
      select request::text as row from login_transactions union all select payload::text from oidc_payloads
    ) as every`.execute(server.database.db)
  return Number(rows[0]?.bytes)
}

const authorize = (parameters: Record<string, string>) =>
  createBrowser(server.address).request(server.party.authorize(parameters).url)

test('parameters that are too long together are refused at the callback, and nothing of them is kept', async () => {
  const before = await stored()
  const piece = 'x'.repeat(2_900)
  const scattered = { state: piece, login_hint: piece, acr_values: piece }
  const extensions = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`ext-${n}`, 'y'.repeat(255)]))
  const escaped = { state: '\u0001'.repeat(2_000) }
  for (const parameters of [
    { state: 'x'.repeat(13_000) },
    scattered,
    { ...extensions, login_hint: 'z'.repeat(6_500) },
    escaped,
  ]) {
    const { status, headers } = await authorize(parameters)
    const location = new URL(headers.get('location') ?? '')
    assert.ok(status === 302 && location.href.startsWith(CALLBACK), location.href)
    assert.equal(location.searchParams.get('error'), 'invalid_request')
    assert.match(location.searchParams.get('error_description') ?? '', /too long.* 8192 bytes/)
  }
  assert.equal(await stored(), before)
})

test('where the callback cannot be trusted either, they get a page', async () => {
  const before = await stored()
  const answer = await authorize({ state: 'x'.repeat(13_000), redirect_uri: 'https://evil.example/' })
  assert.equal(answer.status, 400)
  assert.equal(answer.headers.get('location'), null)
  assert.equal(await stored(), before)
})

test('what an application may well send is no problem', async () => {
  assert.equal((await authorize({ state: 's'.repeat(4_000), login_hint: 'x'.repeat(1_000) })).status, 302)
})

/** Minutes by which the newest transaction outlives the page that it waits at. */
const outlives = async (): Promise<number> => {
  const { rows } = await sql<{ minutes: number }>`
    select extract(epoch from t.expires_at - p.expires_at)::int / 60 as minutes
    from oidc_payloads p join login_transactions t on t.transaction_id = p.grant_id
    where p.model = 'Interaction' order by p.expires_at desc limit 1`.execute(server.database.db)
  return rows[0]?.minutes ?? Number.NaN
}

test('a login that is not finished is kept for hardly longer than its page, and one that is sent away again as long', async () => {
  server.wishes.redirect = 'https://elsewhere.example.com/'
  const [browser, email] = [server.browser(), await server.newUser()]
  const page = await browser.visit(server.party.authorize().url)
  assert.ok((await outlives()) <= 5)
  server.advance(50 * 60)
  const away = await browser.submit(page, { username: email, password: PASSWORD })
  assert.equal(away.url.host, 'elsewhere.example.com')
  const minutes = await outlives()
  assert.ok(minutes >= 0 && minutes <= 5, `${minutes} minutes`)
})
