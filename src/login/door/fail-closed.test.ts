import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { createBrowser, hiddenFields } from '../../../test/kit/browser.ts'
import { ASSIGNMENT, type LoginServer, outcomeOf, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, postToken, type RelyingParty } from '../../../test/kit/relying-party.ts'
import { temporaryDirectory } from '../../../test/kit/server.ts'
import { openDatabase } from '../../store/database/database.ts'
import { migrateDatabase } from '../../store/database/migrate.ts'
import { startEmbeddedPostgres } from '../../store/embedded/embedded-postgres.ts'

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
})

after(() => server?.[Symbol.asyncDispose]())

beforeEach(() => {
  server.switches.beforeRecord = async () => {}
  server.switches.assign = async () => outcomeOf()
  server.takeEvents()
  server.errors.length = 0
})

const refuseEvents = (...types: string[]): void => {
  server.switches.beforeRecord = async event => {
    if (types.includes(event.type)) throw Object.assign(new TypeError('the log is away'), { code: 'ECONNREFUSED' })
  }
}

const newBrowser = () => createBrowser(server.issuer)

test('a login that the log cannot take lets no user in', async () => {
  refuseEvents('s')
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const answer = await browser.request(page.url, { form: { ...hiddenFields(page.body), ...ADMIN } })
  const resumed = await browser.request(answer.headers.get('location') ?? '')
  assert.equal(resumed.status, 503)
  assert.equal(resumed.headers.get('location'), null)
  assert.deepEqual(resumed.headers.getSetCookie(), [])
  assert.equal(resumed.headers.get('retry-after'), '30')
  assert.match(resumed.body, /Not available right now/)
  assert.ok(!resumed.body.includes('the log is away'))
  assert.equal(server.errors.length, 1)
  const silent = await browser.visit(party.authorize({ prompt: 'none' }).url)
  assert.equal(silent.url.searchParams.get('error'), 'login_required')
})

test('tokens that the log cannot take do not go out', async () => {
  const callback = await party.logIn(newBrowser())
  refuseEvents('seacft', 'seccft')
  const answer = await party.exchange(callback)
  assert.deepEqual([answer.status, answer.body.error], [503, 'temporarily_unavailable'])
  assert.equal(answer.body.access_token, undefined)
  const { management } = server.credentials
  const machine = await postToken(server.issuer, {
    grant_type: 'client_credentials',
    client_id: management.clientId,
    client_secret: management.clientSecret,
    audience: management.audience,
  })
  assert.deepEqual([machine.status, machine.body.access_token], [503, undefined])
})

test('failures that the log cannot take are answered with 503 too', async () => {
  refuseEvents('fp', 'fu', 'fs', 'slo', 'f', 'fsa')
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  assert.equal((await browser.submit(page, { ...ADMIN, password: 'wrong horse' })).status, 503)
  const signup = await browser.visit(party.authorize({ screen_hint: 'signup' }).url)
  assert.equal((await browser.submit(signup, { email: 'x', password: 'y' })).status, 503)
  assert.equal((await newBrowser().visit(party.authorize({ prompt: 'none' }).url)).status, 503)
  await browser.submit(page, ADMIN)
  assert.equal((await browser.request('/v2/logout')).status, 503)
})

test('the answer waits until its events are taken', async () => {
  let release = (): void => {}
  const taken = new Promise<void>(resolve => {
    release = resolve
  })
  server.switches.beforeRecord = event => (event.type === 's' ? taken : Promise.resolve())
  let answered = false
  const login = party.logIn(newBrowser()).then(() => {
    answered = true
  })
  await new Promise(resolve => setTimeout(resolve, 300))
  assert.equal(answered, false)
  release()
  await login
})

test('events of experiments alone may be lost: the login goes on', async () => {
  server.switches.assign = async ({ userId }) => ({
    ...outcomeOf(ASSIGNMENT),
    warnings: userId ? [] : [{ code: 'experiment_not_found', message: 'no' }],
  })
  refuseEvents('experiment_assignment_succeeded', 'w')
  await party.exchange(await party.logIn(newBrowser()))
  assert.deepEqual(
    server.takeEvents().map(({ type, experiment }) => [type, experiment?.experiment_id]),
    [
      ['s', 'exp_1'],
      ['seacft', 'exp_1'],
    ],
  )
  assert.equal(server.errors.length, 2)
})

test('a broken or endless assignment leaves a warning each time and a login without an experiment', async () => {
  const broken = [
    () => Promise.reject(new TypeError('broken')),
    () => {
      throw new TypeError('broken at once')
    },
    () => new Promise<never>(() => {}),
  ]
  for (const assign of broken) {
    server.switches.assign = assign
    await party.logIn(newBrowser())
    const events = server.takeEvents()
    assert.deepEqual(
      events.map(({ type, experiment }) => [type, experiment]),
      // Where the transaction begins, and when the user is known.
      [
        ['w', undefined],
        ['w', undefined],
        ['s', undefined],
      ],
    )
    for (const { details } of events.slice(0, 2))
      assert.match(String(details?.code), /^experiment_assignment_(failed|timeout)$/)
  }
})

test('without its database the login answers 503, and works again afterwards', { timeout: 300_000 }, async t => {
  const dataDir = temporaryDirectory()
  const first = await startEmbeddedPostgres({ dataDir })
  // The second PostgreSQL has the same place; its own connection string holds for one start.
  const connectionString = first.connectionString.replace(/host=[^&]*/, `host=${join(dataDir, 'postgres')}`)
  await migrateDatabase({ connectionString })
  const { db, close } = openDatabase({ connectionString, max: 5 })
  const lost = await startLoginServer({ database: { connectionString, db, close } })
  let running = first
  // Also after a failure: a server that runs on keeps the whole suite waiting.
  t.after(async () => {
    await lost[Symbol.asyncDispose]()
    await running.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const app = createRelyingParty(lost)
  const browser = createBrowser(lost.issuer)
  const page = await browser.visit(app.authorize().url)

  await first.stop()
  const shown = await browser.visit(app.authorize().url)
  assert.equal(shown.status, 503, `${shown.body}\n${lost.errors.map(String)}`)
  assert.match(shown.body, /Not available right now/)
  assert.equal((await browser.submit(page, ADMIN)).status, 503)
  const token = await app.token({ grant_type: 'refresh_token', refresh_token: 'x' })
  assert.deepEqual([token.status, token.body.error], [503, 'temporarily_unavailable'])
  assert.equal(token.headers.get('retry-after'), '30')

  running = await startEmbeddedPostgres({ dataDir })
  // Connections that were lost are found out one by one.
  while ((await createBrowser(lost.issuer).visit(app.authorize().url)).status === 503);
  await app.logIn(createBrowser(lost.issuer))
})
