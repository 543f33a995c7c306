import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createBrowser } from '../../../test/kit/browser.ts'
import { type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, isCallback, type RelyingParty } from '../../../test/kit/relying-party.ts'

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer({ trustedProxyHops: 1 })
  party = createRelyingParty(server)
})

after(() => server?.[Symbol.asyncDispose]())

const browserAt = (ip: string) => createBrowser(server.issuer, { 'x-forwarded-for': ip })

/** Sends a form so often, a few at a time, and returns the answers' statuses. */
const send = async (ip: string, path: string, times: number, fields: (n: number) => Record<string, string>) => {
  const browser = browserAt(ip)
  const page = await browser.visit(party.authorize({ screen_hint: path === '/u/signup' ? 'signup' : undefined }).url)
  const statuses: number[] = []
  for (let n = 0; n < times; n += 10) {
    const answers = Array.from({ length: Math.min(10, times - n) }, (_, k) => browser.submit(page, fields(n + k)))
    statuses.push(...(await Promise.all(answers)).map(({ status }) => status))
  }
  return { statuses, page, browser }
}

const count = <T>(values: readonly T[], value: T): number => values.filter(each => each === value).length

test('a network that guesses is told to come back later, the log says so once, and no other network notices', async () => {
  const guess = (n: number) => ({ username: `victim-${n}@example.com`, password: 'Summer2026!' })
  const { statuses, page, browser } = await send('203.0.113.66', '/u/login', 140, guess)
  assert.deepEqual([count(statuses, 400), count(statuses, 429)], [100, 40])
  const types = server.takeEvents().map(({ type }) => type)
  assert.deepEqual([count(types, 'fu'), count(types, 'limit_mu')], [100, 1])
  const right = await browser.submit(page, ADMIN)
  assert.equal(right.status, 429)
  assert.match(right.body, /Too many log-ins have failed from your network/)
  const seconds = Number(right.headers.get('retry-after'))
  assert.ok(seconds > 800 && seconds <= 864, `${seconds}`)
  assert.deepEqual(server.takeEvents(), [])
  const other = browserAt('198.51.100.7')
  assert.ok(isCallback(await other.submit(await other.visit(party.authorize().url), ADMIN)))
})

test('a network that looks for accounts by signing up is stopped as well, and may still log in', async () => {
  const ip = '203.0.113.67'
  const taken = () => ({ email: ADMIN.username, password: 'correct horse battery' })
  server.takeEvents()
  const { statuses, page, browser } = await send(ip, '/u/signup', 110, taken)
  assert.deepEqual([count(statuses, 400), count(statuses, 429)], [100, 10])
  const events = server.takeEvents()
  assert.equal(
    count(
      events.map(({ type }) => type),
      'fs',
    ),
    100,
  )
  const [limit, ...others] = events.filter(({ type }) => type === 'limit_mu')
  assert.deepEqual([limit?.details?.flow, limit?.ip, others.length], ['signup', ip, 0])
  const fresh = await browser.submit(page, { email: 'new@example.com', password: 'correct horse battery' })
  assert.equal(fresh.status, 429)
  assert.match(fresh.body, /Too many sign-ups have failed from your network/)
  await party.logIn(browserAt(ip))
})
