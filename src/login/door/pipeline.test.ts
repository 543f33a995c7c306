import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { type Browser, createBrowser } from '../../../test/kit/browser.ts'
import { ASSIGNMENT, type LoginServer, outcomeOf, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, isCallback, type RelyingParty } from '../../../test/kit/relying-party.ts'
import type { Json } from '../../base/json.ts'
import { CONTINUE, type LoginKind, type Step, type StepOutcome } from '../pipeline/step.ts'

/** What the tested step does next, and what it saw. */
const script: { outcome: StepOutcome; kinds: LoginKind[]; resumed: Json[] } = {
  outcome: CONTINUE,
  kinds: [],
  resumed: [],
}

const scripted: Step = {
  name: 'scripted',
  doc: 'Does what a test says.',
  kinds: ['interactive', 'session', 'silent', 'refresh'],
  async run({ kind }, resumed) {
    script.kinds.push(kind)
    if (resumed === undefined) return script.outcome
    script.resumed.push(resumed)
    return CONTINUE
  },
}

const counted: string[] = []

const before_: Step = {
  name: 'before',
  doc: 'Counts its runs.',
  kinds: ['interactive', 'session', 'silent', 'refresh'],
  async run() {
    counted.push('before')
    return CONTINUE
  },
}

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer({ steps: [before_, scripted] })
  party = createRelyingParty(server)
  server.switches.otherwise = (request, response) => {
    const url = new URL(request.url ?? '', server.issuer)
    const data = { answer: url.searchParams.get('answer') ?? '' }
    const prompts = [{ name: 'redirect', url: 'https://enrol.example.com/' }]
    void server.login.resume(request, response, url.searchParams.get('state'), { step: 'scripted', data, prompts })
  }
})

after(() => server?.[Symbol.asyncDispose]())

const newBrowser = () => createBrowser(server.issuer)
const awayTo: StepOutcome = { kind: 'suspend', to: state => `https://enrol.example.com/?state=${state}` }

const reset = (outcome: StepOutcome): void => {
  Object.assign(script, { outcome, kinds: [], resumed: [] })
  counted.length = 0
  server.takeEvents()
}

/** Logs in up to the point where the step sends the browser away. */
const suspend = async (browser: Browser): Promise<string> => {
  const page = await browser.visit(party.authorize().url)
  const away = await browser.submit(page, ADMIN)
  assert.equal(away.url.origin, 'https://enrol.example.com', away.body)
  return away.url.searchParams.get('state') ?? ''
}

test('a step sends the browser away, and the login goes on in that step when it comes back', async () => {
  reset(awayTo)
  const browser = newBrowser()
  const state = await suspend(browser)
  assert.deepEqual(server.takeEvents(), [], 'no user is logged in yet')
  const end = await browser.visit(`/come-back?state=${state}&answer=yes`)
  assert.ok(isCallback(end) && end.url.searchParams.has('code'), end.body)
  assert.deepEqual(script.resumed, [{ answer: 'yes' }])
  assert.deepEqual(counted, ['before'], 'the steps before it do not run again')
  const [success] = server.takeEvents()
  assert.equal(success?.type, 's')
  assert.match(JSON.stringify(success?.details?.prompts), /prompt-authenticate.*redirect.*universal-login/)
})

test('a login whose user’s credentials end meanwhile asks again who logs in, and takes every step anew', async () => {
  reset(awayTo)
  const browser = newBrowser()
  const state = await suspend(browser)
  await sql`update users set generation = gen_random_uuid()`.execute(server.database.db)
  const page = await browser.visit(`/come-back?state=${state}&answer=yes`)
  assert.equal(page.url.pathname, '/u/login')
  const away = await browser.submit(page, ADMIN)
  assert.equal(away.url.origin, 'https://enrol.example.com', away.url.href)
  assert.deepEqual([script.resumed, counted], [[], ['before', 'before']])
  const end = await browser.visit(`/come-back?state=${away.url.searchParams.get('state')}&answer=again`)
  assert.ok(isCallback(end) && end.url.searchParams.has('code'), end.body)
  assert.deepEqual(script.resumed, [{ answer: 'again' }])
  assert.equal(server.takeEvents().filter(({ type }) => type === 's').length, 1)
})

test('a login cannot be continued twice, with a wrong state, or from another browser', async () => {
  reset(awayTo)
  const browser = newBrowser()
  const state = await suspend(browser)
  const stranger = await newBrowser().visit(`/come-back?state=${state}`)
  assert.equal(stranger.status, 403)
  for (const wrong of ['', 'x', 'x'.repeat(43)])
    assert.equal((await browser.visit(`/come-back?state=${wrong}`)).status, 400)
  assert.ok(isCallback(await browser.visit(`/come-back?state=${state}`)))
  server.takeEvents()
  const again = await browser.visit(`/come-back?state=${state}`)
  assert.match(again.body, /You are logged in/)
  assert.equal(script.resumed.length, 1)
  assert.deepEqual(server.takeEvents(), [])
})

test('the page of a login is no page of a suspended one: it leads to where the login waits', async () => {
  reset(awayTo)
  const browser = newBrowser()
  const state = await suspend(browser)
  const led = await browser.visit(`/u/login?state=${state}`)
  assert.equal(led.url.href, `https://enrol.example.com/?state=${state}`)
  const page = await newBrowser().visit(party.authorize().url)
  const login = page.url.searchParams.get('state')
  assert.equal((await browser.visit(`/come-back?state=${login}`)).status, 403)
})

test('steps run on single sign-on, on prompt=none and on refresh, each with its kind', async () => {
  reset(CONTINUE)
  const browser = newBrowser()
  const { body } = await party.exchange(await party.logIn(browser, { scope: 'openid offline_access' }))
  await browser.visit(party.authorize().url)
  await browser.visit(party.authorize({ prompt: 'none' }).url)
  await party.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' })
  assert.deepEqual(script.kinds, ['interactive', 'session', 'silent', 'refresh'])
})

test('single sign-on can be suspended; prompt=none and refresh cannot', async () => {
  reset(CONTINUE)
  const browser = newBrowser()
  const { body } = await party.exchange(await party.logIn(browser, { scope: 'openid offline_access' }))
  reset(awayTo)
  const away = await browser.visit(party.authorize().url)
  const end = await browser.visit(`/come-back?state=${away.url.searchParams.get('state')}`)
  assert.ok(isCallback(end) && end.url.searchParams.has('code'))
  const silent = await browser.visit(party.authorize({ prompt: 'none' }).url)
  assert.equal(silent.url.searchParams.get('error'), 'interaction_required')
  const refreshed = await party.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' })
  assert.deepEqual([refreshed.status, refreshed.body.error], [400, 'interaction_required'])
  assert.deepEqual(
    server.takeEvents().map(({ type }) => type),
    ['s', 'fsa', 'fertft'],
  )
  reset(CONTINUE)
  const again = await party.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' })
  assert.equal(again.status, 200, 'a refused refresh does not use the token up')
})

test('a step that denies sends its words to the application and into the log', async () => {
  reset({ kind: 'deny', error: 'access_denied', description: 'Not today.' })
  const browser = newBrowser()
  const page = await browser.visit(party.authorize().url)
  const end = await browser.submit(page, ADMIN)
  assert.ok(isCallback(end))
  assert.equal(end.url.searchParams.get('error'), 'access_denied')
  assert.equal(end.url.searchParams.get('error_description'), 'Not today.')
  const [event] = server.takeEvents()
  assert.equal(event?.type, 'f')
  assert.equal(event?.user_name, 'admin@example.com')
  assert.deepEqual(event?.details?.error, { message: 'Not today.', oauthError: 'access_denied' })
})

test('a blocked user gets nothing, not even by an old session or refresh token', async () => {
  await using real = await startLoginServer()
  const app = createRelyingParty(real)
  const browser = createBrowser(real.issuer)
  const { body } = await app.exchange(await app.logIn(browser, { scope: 'openid offline_access' }))
  await sql`update users set blocked = true`.execute(real.database.db)
  for (const parameters of [{}, { prompt: 'none' }]) {
    const end = await browser.visit(app.authorize(parameters).url)
    assert.equal(end.url.searchParams.get('error'), 'unauthorized')
    assert.equal(end.url.searchParams.get('error_description'), 'user is blocked')
  }
  const refreshed = await app.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' })
  assert.deepEqual([refreshed.status, refreshed.body.error], [400, 'unauthorized'])
  const page = await createBrowser(real.issuer).visit(app.authorize().url)
  assert.equal(page.url.pathname, '/u/login')
})

test('an experiment that assigns users is asked again when the user is known', async () => {
  await using real = await startLoginServer()
  const app = createRelyingParty(real)
  const asked: unknown[] = []
  real.switches.assign = async ({ userId, flows }) => {
    asked.push(flows)
    return userId ? outcomeOf(ASSIGNMENT) : { ...outcomeOf(), awaitsUser: true }
  }
  await app.exchange(await app.logIn(createBrowser(real.issuer)))
  const events = real.takeEvents()
  assert.deepEqual(
    events.map(({ type, experiment }) => [type, experiment?.variation_id]),
    [
      ['experiment_assignment_succeeded', 'var_t'],
      ['s', 'var_t'],
      ['seacft', 'var_t'],
    ],
  )
  assert.deepEqual(asked, [
    ['login', 'signup'],
    ['login', 'mfa_enrollment', 'mfa_challenge', 'passkey_enrollment'],
  ])
})
