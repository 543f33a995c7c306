/** The flows of experiments in real logins and sign-ups: when each is decided, and what events and Actions have of it. */

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { type ActionsTenant, type Logged, startActionsTenant } from './kit/actions-tenant.ts'
import { createExperiment } from './kit/experiment.ts'

let tenant: ActionsTenant
let made = 0

before(async () => {
  tenant = await startActionsTenant()
})

after(() => tenant?.close())

const limit = (active_experiments: 'one' | 'one_per_flow') =>
  tenant.api.call('PATCH', 'experimentation/settings', { active_experiments })

/** Starts an experiment whose only variation with a weight is the treatment. */
const start = async (flow: string, wishes: object = {}): Promise<string> => {
  const name = `experiment ${++made} of ${flow}`
  return (await createExperiment(tenant.api, { name, flow, treatmentWeight: 100, ...wishes })).experiment
}

afterEach(async () => {
  const { experiments } = await tenant.api.call<{ experiments: { id: string }[] }>(
    'GET',
    'experimentation/experiments?status=active',
  )
  for (const { id } of experiments)
    await tenant.api.call('POST', `experimentation/experiments/${id}/status`, { status: 'completed' })
  await limit('one')
  for (const trigger of ['post-login', 'pre-user-registration', 'post-user-registration'] as const)
    await tenant.bind(trigger)
  await tenant.events()
})

const idOf = (experiment: unknown): unknown => (experiment as { experiment_id?: string } | undefined)?.experiment_id

/** `type`, `details.experiment` and `details.experiments` of each event of a login, by ids. */
const experimentsOf = (events: readonly Logged[]) =>
  events
    .filter(({ type }) => type !== 'sapi')
    .map(({ type, details }) => [
      type,
      idOf(details.experiment),
      (details.experiments as unknown[] | undefined)?.map(idOf),
    ])

const TELL = `api.idToken.setCustomClaim('seen', {
  one: event.experiment && event.experiment.experiment_id,
  all: event.experiments.map(e => [e.experiment_id, e.authentication_flow]),
})`

const tell = (more = ''): string => `exports.onExecutePostLogin = async (event, api) => { ${TELL}; ${more} }`

const signUp = async (parameters: Record<string, string> = {}) => {
  const browser = tenant.browser()
  const request = tenant.authorize({ screen_hint: 'signup', ...parameters })
  const form = { email: `person-${++made}@example.com`, password: 'a long enough passphrase' }
  return tenant.redeem(await browser.submit(await browser.visit(request.url), form), request)
}

test('an experiment of login is not in force on a sign-up, which is still known to be of it', async () => {
  const id = await start('login')
  await tenant.bind('post-login', tell())
  await tenant.events()
  const { idToken: loggedIn } = await tenant.logIn(tenant.browser())
  assert.deepEqual(loggedIn.seen, { one: id, all: [[id, 'login']] })
  assert.deepEqual(experimentsOf(await tenant.events()), [
    ['experiment_assignment_succeeded', id, [id]],
    ['s', id, [id]],
    ['seacft', id, [id]],
  ])
  const { idToken: signedUp } = await signUp()
  assert.deepEqual(signedUp.seen, { one: null, all: [] })
  assert.deepEqual(experimentsOf(await tenant.events()), [
    ['experiment_assignment_succeeded', id, [id]],
    ['ss', undefined, [id]],
    ['s', undefined, [id]],
    ['seacft', undefined, [id]],
  ])
})

test('an experiment of sign-up is in force from its page on, and not in a login', async () => {
  const id = await start('signup')
  await tenant.bind('post-login', tell())
  await tenant.events()
  assert.deepEqual((await signUp()).idToken.seen, { one: id, all: [[id, 'signup']] })
  assert.deepEqual(experimentsOf(await tenant.events()), [
    ['experiment_assignment_succeeded', id, [id]],
    ['ss', id, [id]],
    ['s', id, [id]],
    ['seacft', id, [id]],
  ])
  // A person who looks at the page, fails there, goes back and logs in has logged in.
  const browser = tenant.browser()
  const request = tenant.authorize()
  const page = await browser.visit(request.url)
  const form = await browser.visit(`/u/signup${page.url.search}`)
  await browser.submit(form, { email: 'person@example.com', password: 'short' })
  const { admin } = tenant.server.credentials
  const end = await browser.submit(await browser.visit(page.url), { username: admin.email, password: admin.password })
  assert.deepEqual((await tenant.redeem(end, request)).idToken.seen, { one: null, all: [] })
  assert.deepEqual(experimentsOf(await tenant.events()), [
    ['experiment_assignment_succeeded', id, [id]],
    ['fs', id, [id]],
    ['s', undefined, [id]],
    ['seacft', undefined, [id]],
  ])
})

test('with both, the experiment of login holds until the sign-up page is opened, then that of sign-up', async () => {
  await limit('one_per_flow')
  const [login, signup] = [await start('login'), await start('signup')]
  const both = [login, signup]
  await tenant.bind('post-login', tell())
  await tenant.events()
  assert.deepEqual((await tenant.logIn(tenant.browser())).idToken.seen, { one: login, all: [[login, 'login']] })
  assert.deepEqual(experimentsOf(await tenant.events()), [
    ['experiment_assignment_succeeded', login, both],
    ['experiment_assignment_succeeded', signup, both],
    ['s', login, both],
    ['seacft', login, both],
  ])
  assert.deepEqual((await signUp()).idToken.seen, { one: signup, all: [[signup, 'signup']] })
  assert.deepEqual(experimentsOf(await tenant.events()), [
    ['experiment_assignment_succeeded', login, both],
    ['experiment_assignment_succeeded', signup, both],
    ['ss', signup, both],
    ['s', signup, both],
    ['seacft', signup, both],
  ])
})

for (const flow of ['authentication', 'all', 'pre_login', 'pre_authentication']) {
  test(`an experiment of ${flow} is in force in logins and sign-ups`, async () => {
    const id = await start(flow)
    await tenant.events()
    await tenant.logIn(tenant.browser())
    await signUp()
    const events = experimentsOf(await tenant.events())
    assert.deepEqual(
      events.map(([type]) => type),
      ['experiment_assignment_succeeded', 's', 'seacft', 'experiment_assignment_succeeded', 'ss', 's', 'seacft'],
    )
    for (const event of events) assert.deepEqual(event.slice(1), [id, [id]])
  })
}

test('an experiment of second factors is decided before the Action that asks for one, in every login', async () => {
  const id = await start('mfa_challenge')
  await tenant.bind(
    'post-login',
    tell(`if (event.experiment && event.experiment.config.show_passkey_prompt.value) api.multifactor.enable('any')`),
  )
  await tenant.events()
  const browser = tenant.browser()
  const page = await tenant.visit(browser, tenant.authorize())
  assert.equal(page.url.pathname, '/u/mfa-begin-enroll-options', 'the treatment asks for a second factor')
  await tenant.bind('post-login', tell())
  await tenant.logIn(browser)
  const { idToken } = await tenant.logIn(browser)
  assert.deepEqual(idToken.seen, { one: id, all: [[id, 'mfa_challenge']] }, 'single sign-on counts too')
  assert.deepEqual(experimentsOf(await tenant.events()), [
    ['experiment_assignment_succeeded', id, [id]],
    ...Array.from({ length: 2 }).flatMap(() => [
      ['experiment_assignment_succeeded', id, [id]],
      ['s', id, [id]],
      ['seacft', id, [id]],
    ]),
  ])
})

test('Actions read every experiment that is in force; events show that of the login before those that follow', async () => {
  await limit('one_per_flow')
  const login = await start('authentication')
  const flows = ['mfa_enrollment', 'mfa_challenge', 'passkey_enrollment']
  const later: string[] = []
  for (const flow of flows) later.push(await start(flow))
  await tenant.bind('post-login', tell())
  await tenant.events()
  const { idToken } = await tenant.logIn(tenant.browser())
  const all = [login, ...later]
  assert.deepEqual(idToken.seen, {
    one: login,
    all: [[login, 'authentication'], ...later.map((id, at) => [id, flows[at]])],
  })
  assert.deepEqual(experimentsOf(await tenant.events()), [
    ['experiment_assignment_succeeded', login, [login]],
    ...later.map(id => ['experiment_assignment_succeeded', id, all]),
    ['s', login, all],
    ['seacft', login, all],
  ])
})

test('without an experiment of the login, a page after it shows that of its own flow', async () => {
  await limit('one_per_flow')
  const [challenge, passkey] = [await start('mfa_challenge'), await start('passkey_enrollment')]
  await tenant.bind(
    'post-login',
    `exports.onExecutePostLogin = async (event, api) => {
      if (event.experiment.experiment_id !== '${challenge}') throw new Error('not the first of the flows')
      api.redirect.sendUserTo('${tenant.server.issuer}u/passkey-enrollment')
    }`,
  )
  await tenant.events()
  const page = await tenant.visit(tenant.browser(), tenant.authorize())
  assert.equal(page.url.pathname, '/u/passkey-enrollment')
  const events = experimentsOf(await tenant.events())
  assert.deepEqual(events.at(-1), ['gd_start_enroll', passkey, [challenge, passkey]])
})

test('with subject user, a sign-up is assigned when its user is there: in ss and after the registration, not before', async () => {
  const id = await start('authentication', { subject: 'user' })
  await tenant.bind(
    'pre-user-registration',
    `exports.onExecutePreUserRegistration = async (event, api) => {
      api.user.setUserMetadata('before', JSON.stringify([event.experiment, event.experiments]))
    }`,
  )
  await tenant.bind(
    'post-user-registration',
    `exports.onExecutePostUserRegistration = async event => { throw new Error('after: ' + event.experiment.experiment_id) }`,
  )
  await tenant.bind('post-login', tell(`api.idToken.setCustomClaim('before', event.user.user_metadata.before)`))
  await tenant.events()
  const { idToken } = await signUp()
  assert.equal(idToken.before, '[null,[]]')
  assert.deepEqual(idToken.seen, { one: id, all: [[id, 'authentication']] })
  const events = await tenant.events()
  assert.deepEqual(
    experimentsOf(events).filter(([type]) => type !== 'actions_execution_failed'),
    [
      ['experiment_assignment_succeeded', id, [id]],
      ['ss', id, [id]],
      ['s', id, [id]],
      ['seacft', id, [id]],
    ],
  )
  const after = events.find(({ type }) => type === 'actions_execution_failed')
  assert.equal((after?.details.action_error as { message?: string } | undefined)?.message, `after: ${id}`)
})

test('with subject user, the same user has the same variation at the sign-up and in later logins', async () => {
  await createExperiment(tenant.api, { name: 'half', subject: 'user' })
  const seen = new Set<string>()
  for (let i = 0; i < 8; i += 1) {
    const email = `half-${i}@example.com`
    const request = tenant.authorize({ screen_hint: 'signup' })
    const browser = tenant.browser()
    await tenant.events()
    await browser.submit(await browser.visit(request.url), { email, password: 'a long enough passphrase' })
    const other = tenant.browser()
    const page = await other.visit(tenant.authorize().url)
    await other.submit(page, { username: email, password: 'a long enough passphrase' })
    const variations = new Set(
      (await tenant.events()).flatMap(({ type, details }) =>
        ['ss', 's'].includes(type)
          ? [String((details.experiment as Record<string, unknown> | undefined)?.variation_id)]
          : [],
      ),
    )
    assert.equal(variations.size, 1)
    seen.add([...variations].join())
  }
  assert.equal(seen.size, 2, 'both variations occur')
})

test('a request that names an experiment is in that one alone, where its flow is decided', async () => {
  const active = await start('authentication')
  const { experiment, treatment } = await createExperiment(tenant.api, {
    name: 'named',
    flow: 'mfa_challenge',
    activate: false,
  })
  await tenant.bind('post-login', tell())
  await tenant.events()
  const named = { experiment_id: experiment, variation_id: treatment }
  assert.deepEqual((await tenant.logIn(tenant.browser(), named)).idToken.seen, {
    one: experiment,
    all: [[experiment, 'mfa_challenge']],
  })
  const events = await tenant.events()
  for (const [type, one, all] of experimentsOf(events))
    assert.deepEqual([one, all], [experiment, [experiment]], String(type))
  assert.ok(!JSON.stringify(events).includes(active))
  assert.partialDeepStrictEqual(events.at(-1)?.details.experiment, { assignment: 'forced' })
})

test('an experiment of password resets can be neither active nor named in a login', async () => {
  const active = await start('login')
  const { experiment } = await createExperiment(tenant.api, { name: 'reset', flow: 'password_reset', activate: false })
  await assert.rejects(
    tenant.api.call('POST', `experimentation/experiments/${experiment}/status`, { status: 'active' }),
    /This server has no password resets yet/,
  )
  await tenant.events()
  await tenant.logIn(tenant.browser(), { experiment_id: experiment })
  const events = await tenant.events()
  assert.deepEqual(experimentsOf(events), [
    ['experiment_assignment_succeeded', active, [active]],
    ['w', active, [active]],
    ['s', active, [active]],
    ['seacft', active, [active]],
  ])
  assert.equal(events.find(({ type }) => type === 'w')?.details.code, 'experiment_flow_not_reached')
})

test('the event of an assignment says the phase of the run, and no other event does', async () => {
  await start('login')
  await tenant.events()
  await tenant.logIn(tenant.browser())
  const [assigned, ...others] = await tenant.events()
  assert.equal(assigned?.details.phase, 1)
  for (const { details } of others) assert.ok(!JSON.stringify(details).includes('phase'))
})
