import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { type Browser, createBrowser, type Visit } from '../../../test/kit/browser.ts'
import { ASSIGNMENT, type LoginServer, outcomeOf, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, isCallback, type RelyingParty } from '../../../test/kit/relying-party.ts'
import { assignExperiments } from '../door/assign-experiments.ts'
import { CONTINUE, type Step } from '../pipeline/step.ts'

const AWAY = 'https://elsewhere.example.com/'
const PASSWORD = 'a long enough passphrase'

let server: LoginServer
let party: RelyingParty
let people = 0

const assigning: Step = {
  name: 'assign_experiments',
  doc: 'That of the server.',
  kinds: ['interactive', 'session'],
  run(login, resumed) {
    const { database, switches, log } = server
    return assignExperiments({
      volatileDb: database.db,
      log,
      clock: Date.now,
      random: length => crypto.getRandomValues(new Uint8Array(length)),
      logError: assert.fail,
      safeAssign: input => switches.assign(input),
    }).run(login, resumed)
  },
}

const away: Step = {
  name: 'away',
  doc: 'Sends the browser away.',
  kinds: ['interactive', 'session'],
  run: async (_, resumed) =>
    resumed === undefined ? { kind: 'suspend', to: state => `${AWAY}?state=${state}` } : CONTINUE,
}

before(async () => {
  server = await startLoginServer({ steps: [assigning, away] })
  party = createRelyingParty(server)
  server.switches.otherwise = (request, response) => {
    const state = new URL(request.url ?? '', server.issuer).searchParams.get('state')
    void server.login.resume(request, response, state, { step: 'away', data: {} })
  }
})

/** An experiment that assigns users: each has a variation of their own. */
beforeEach(() => {
  server.switches.assign = async ({ userId, flows }) => {
    if (userId === undefined) return { ...outcomeOf(), awaitsUser: true }
    return flows.includes('login') || flows.includes('signup')
      ? outcomeOf({ ...ASSIGNMENT, variation_id: `var_${userId}` })
      : outcomeOf()
  }
  server.takeEvents()
})

after(() => server?.[Symbol.asyncDispose]())

const stateOf = ({ url }: Visit): string => url.searchParams.get('state') ?? ''

/** Comes back from where the step has sent the browser. */
const comeBack = (browser: Browser, left: Visit) => {
  assert.ok(left.url.href.startsWith(AWAY), left.url.href)
  return browser.visit(`/come-back?state=${stateOf(left)}`)
}

const newUser = async () => {
  const browser = createBrowser(server.issuer)
  const email = `person-${++people}@example.com`
  const form = await browser.visit(party.authorize({ screen_hint: 'signup' }).url)
  await browser.submit(form, { email, password: PASSWORD })
  const { rows } = await sql<{ user_id: string }>`select user_id from users where email = ${email}`.execute(
    server.database.db,
  )
  server.takeEvents()
  return { email, userId: rows[0]?.user_id ?? '' }
}

const idOfAdmin = async (): Promise<string> => {
  const { rows } = await sql<{ user_id: string }>`select user_id from users where email = ${ADMIN.username}`.execute(
    server.database.db,
  )
  return rows[0]?.user_id ?? ''
}

/** Of each event since the last call: its type, the variation that it is of, and that of the experiments beside it. */
const variations = () =>
  server
    .takeEvents()
    .map(({ type, experiment, experiments = [] }) => [
      type,
      experiment?.variation_id,
      experiments.map(({ variation_id }) => variation_id),
    ])

const endOpenLogins = (userId: string) =>
  sql`update users set generation = gen_random_uuid() where user_id = ${userId}`.execute(server.database.db)

test('a login that asks again who logs in decides the next user by their own id', async () => {
  const [first, second] = [await idOfAdmin(), await newUser()]
  const browser = createBrowser(server.issuer)
  const request = party.authorize()
  const left = await browser.submit(await browser.visit(request.url), ADMIN)
  const mine = `var_${first}`
  assert.deepEqual(variations(), [['experiment_assignment_succeeded', mine, [mine]]])
  // The password of the first one is changed meanwhile.
  await endOpenLogins(first)
  const page = await comeBack(browser, left)
  assert.equal(page.url.pathname, '/u/login')
  await browser.submit(page, { username: second.email, password: 'wrong' })
  assert.deepEqual(variations(), [['fp', undefined, []]], 'a failure before the user is known is of no experiment')
  const again = await browser.submit(page, { username: second.email, password: PASSWORD })
  const end = await comeBack(browser, again)
  assert.ok(isCallback(end) && end.url.searchParams.has('code'), end.body)
  const own = `var_${second.userId}`
  assert.deepEqual(variations(), [
    ['experiment_assignment_succeeded', own, [own]],
    ['s', own, [own]],
  ])
  await party.exchange({ code: end.url.searchParams.get('code') ?? '', verifier: request.verifier })
  assert.deepEqual(variations(), [['seacft', own, [own]]])
})

test('the same user is not decided again', async () => {
  const first = await idOfAdmin()
  const browser = createBrowser(server.issuer)
  const left = await browser.submit(await browser.visit(party.authorize().url), ADMIN)
  await endOpenLogins(first)
  const again = await browser.submit(await comeBack(browser, left), ADMIN)
  assert.ok(isCallback(await comeBack(browser, again)))
  assert.deepEqual(
    variations().map(([type, variation]) => [type, variation]),
    [
      ['experiment_assignment_succeeded', `var_${first}`],
      ['s', `var_${first}`],
    ],
  )
})

test('a login in a transaction in which another user has signed up is no sign-up, and of no experiment of it', async () => {
  const first = await idOfAdmin()
  const browser = createBrowser(server.issuer)
  const form = await browser.visit(party.authorize({ screen_hint: 'signup' }).url)
  const email = `person-${++people}@example.com`
  const answer = await browser.request(form.url, {
    form: { state: stateOf(form), email, password: PASSWORD },
  })
  const [, signedUp] = variations()
  assert.deepEqual(signedUp?.[0], 'ss')
  await sql`delete from users where email = ${email}`.execute(server.database.db)
  const page = await browser.visit(answer.headers.get('location') ?? '')
  assert.equal(page.url.pathname, '/u/signup')
  const login = await browser.visit(`/u/login?state=${stateOf(page)}`)
  assert.ok(isCallback(await comeBack(browser, await browser.submit(login, ADMIN))))
  const own = `var_${first}`
  assert.deepEqual(variations(), [
    ['experiment_assignment_succeeded', own, [own]],
    ['s', own, [own]],
  ])
})
