/** Each example in examples/actions runs in a real login, or sign-up, of a running experiment. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type ActionsTenant, startActionsTenant, type TriggerName } from './kit/actions-tenant.ts'
import type { Visit } from './kit/browser.ts'

const FOLDER = new URL('../examples/actions/', import.meta.url)

let tenant: ActionsTenant
const ids = { experiment_id: '', control: '', treatment: '' }

before(async () => {
  tenant = await startActionsTenant()
  const { api } = tenant
  const post = async (path: string, body: object) => (await api.call<{ id: string }>('POST', path, body)).id
  const flag = await post('experimentation/feature-flags', {
    name: 'everything',
    parameters: {
      require_mfa: { type: 'boolean', value: false },
      passkey_enabled: { type: 'boolean', value: false },
      enroll_welcome_program: { type: 'boolean', value: false },
      onboarding_variant: { type: 'string', value: '' },
    },
  })
  const variations = `experimentation/feature-flags/${flag}/variations`
  ids.control = await post(variations, { name: 'control', overrides: {} })
  ids.treatment = await post(variations, {
    name: 'treatment',
    overrides: {
      require_mfa: { value: true },
      passkey_enabled: { value: true },
      enroll_welcome_program: { value: true },
      onboarding_variant: { value: 'short' },
    },
  })
  await api.call('POST', `experimentation/feature-flags/${flag}/status`, { status: 'active' })
  ids.experiment_id = await post('experimentation/experiments', {
    name: 'everything',
    feature_flag_id: flag,
    authentication_flow: 'authentication',
    allocation_strategy: 'percentage',
    assignment_config: { subject: 'device' },
    allocations: [
      { variation_id: ids.control, weight: 50, is_control: true },
      { variation_id: ids.treatment, weight: 50, is_control: false },
    ],
  })
  await api.call('POST', `experimentation/experiments/${ids.experiment_id}/status`, { status: 'active' })
})

after(() => tenant?.close())

type Variation = 'control' | 'treatment'

const bindExample = (file: string, trigger: TriggerName = 'post-login') =>
  tenant.bind(trigger, readFileSync(new URL(file, FOLDER), 'utf8'))

const parametersOf = (variation: Variation): Record<string, string> => ({
  experiment_id: ids.experiment_id,
  variation_id: ids[variation],
})

/** Logs in as a user of that variation; where the browser ends. */
const visitAs = (variation: Variation): Promise<Visit> =>
  tenant.visit(tenant.browser(), tenant.authorize(parametersOf(variation)))

const claimsOf = async (variation: Variation) => {
  const { idToken } = await tenant.logIn(tenant.browser(), parametersOf(variation))
  return idToken
}

let people = 0

const signUp = async (variation: Variation) => {
  people += 1
  const email = `person${people}@example.com`
  const browser = tenant.browser()
  const request = tenant.authorize({ ...parametersOf(variation), screen_hint: 'signup' })
  const page = await browser.visit(request.url)
  const end = await browser.submit(page, { email, password: 'a long enough passphrase' })
  return { email, end, request, browser }
}

/** What the Actions of the last login wrote, one entry for each. */
const writtenToConsole = async (): Promise<readonly unknown[]> => {
  const login = (await tenant.events()).find(({ type }) => type === 's')
  assert.ok(login)
  const { executions } = login.details.actions as { executions: readonly string[] } // the shape that the wire documents
  const { results } = await tenant.api.call<{ results: readonly { readonly logs?: string }[] }>(
    'GET',
    `actions/executions/${executions[0]}`,
  )
  return results.map(({ logs }) => logs)
}

/** What runs after the answer is there a moment later. */
const eventually = async <Value>(look: () => Promise<Value | undefined>): Promise<Value> => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const found = await look()
    if (found !== undefined) return found
    await delay(50)
  }
  throw new TypeError('it did not happen')
}

const METADATA = `exports.onExecutePostLogin = async (event, api) => {
  api.idToken.setCustomClaim('metadata', event.user.user_metadata)
}`

/** File → what a treated login, and one of the control group, must be seen to do. */
const EXAMPLES: Readonly<Record<string, () => Promise<void>>> = {
  async 'null-safety.js'() {
    await bindExample('null-safety.js')
    assert.ok((await visitAs('treatment')).url.searchParams.has('code'))
  },
  async 'conditional-mfa.js'() {
    await bindExample('conditional-mfa.js')
    assert.equal((await visitAs('treatment')).url.pathname, '/u/mfa-begin-enroll-options')
    assert.ok((await visitAs('control')).url.searchParams.has('code'))
  },
  async 'experiment-claim.js'() {
    await bindExample('experiment-claim.js')
    for (const variation of ['treatment', 'control'] as const) {
      const expected = { experiment_id: ids.experiment_id, variation_id: ids[variation] }
      assert.deepEqual((await claimsOf(variation))['https://example.com/experiment'], expected)
    }
  },
  async 'is-control.js'() {
    await bindExample('is-control.js')
    for (const variation of ['treatment', 'control'] as const) {
      await tenant.events()
      const { sub } = await claimsOf(variation)
      const written = variation === 'treatment' ? `treatment ${ids.experiment_id} ${ids.treatment} ${sub}` : undefined
      assert.deepEqual(await writtenToConsole(), [written])
    }
  },
  async 'passkey-enrollment-prompt.js'() {
    await bindExample('passkey-enrollment-prompt.js')
    const { url } = await visitAs('treatment')
    assert.equal(`${url.origin}${url.pathname}`, 'https://your-app.example.com/enroll-passkey')
    assert.equal(url.searchParams.get('experiment_id'), ids.experiment_id)
    assert.equal(url.searchParams.get('variation_id'), ids.treatment)
    assert.ok((await visitAs('control')).url.searchParams.has('code'))
  },
  async 'onboarding-variant.js'() {
    await tenant.bind('post-login', METADATA)
    await bindExample('onboarding-variant.js', 'pre-user-registration')
    const treated = await signUp('treatment')
    const { idToken } = await tenant.redeem(treated.end, treated.request)
    const expected = { onboarding_variant: 'short', onboarding_experiment_id: ids.experiment_id }
    assert.deepEqual(idToken.metadata, expected)
    const control = await signUp('control')
    assert.deepEqual((await tenant.redeem(control.end, control.request)).idToken.metadata, {})
    await tenant.bind('pre-user-registration')
  },
  async 'welcome-program.js'() {
    await bindExample('welcome-program.js', 'post-user-registration')
    await tenant.events()
    const { end, request } = await signUp('treatment')
    await tenant.redeem(end, request)
    // No machine has a backend of that name: that the call to it failed, for the treatment alone, shows that it was made.
    const failure = await eventually(async () =>
      (await tenant.events()).find(({ type }) => type === 'actions_execution_failed'),
    )
    assert.equal(failure.details.trigger_id, 'post-user-registration')
    assert.match(JSON.stringify(failure.details.action_error), /fetch failed/)
    await signUp('control')
    await delay(500)
    assert.deepEqual(
      (await tenant.events()).filter(({ type }) => type === 'actions_execution_failed'),
      [],
    )
    await tenant.bind('post-user-registration')
  },
}

for (const [file, run] of Object.entries(EXAMPLES)) {
  test(`${file} runs in a login of the experiment`, run)
}

test('every example is run', () => {
  const files = readdirSync(FOLDER).filter(name => name.endsWith('.js'))
  assert.deepEqual(files.toSorted(), Object.keys(EXAMPLES).toSorted())
})

test('event.experiment is whole in both variations, and null where no experiment runs', async () => {
  await tenant.bind(
    'post-login',
    `exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim('experiment', {is: event.experiment}) }`,
  )
  const browser = tenant.browser()
  const { idToken } = await tenant.logIn(browser, { ...parametersOf('treatment'), scope: 'openid offline_access' })
  assert.deepEqual(idToken.experiment, {
    is: {
      experiment_id: ids.experiment_id,
      variation_id: ids.treatment,
      config: {
        require_mfa: { value: true },
        passkey_enabled: { value: true },
        enroll_welcome_program: { value: true },
        onboarding_variant: { value: 'short' },
      },
      is_control: false,
      variation_name: 'treatment',
    },
  })
  const control = (await claimsOf('control')).experiment
  assert.partialDeepStrictEqual(control, {
    is: { variation_id: ids.control, is_control: true, config: { require_mfa: { value: false } } },
  })
  const silent = await tenant.logIn(browser, { prompt: 'none' })
  assert.deepEqual(silent.idToken.experiment, { is: null })
})

test('a refresh is no part of an experiment: the example that sends the treatment to a page ends no refresh', async () => {
  for (const variation of ['treatment', 'control'] as const) {
    await tenant.bind('post-login')
    const { answer } = await tenant.logIn(tenant.browser(), {
      ...parametersOf(variation),
      scope: 'openid offline_access',
    })
    await bindExample('passkey-enrollment-prompt.js')
    let { refresh_token } = answer
    for (const _ of [1, 2]) {
      await tenant.events()
      const { status, body } = await tenant.token({ grant_type: 'refresh_token', refresh_token: refresh_token ?? '' })
      assert.equal(status, 200, `${variation} ${JSON.stringify(body)}`)
      const [event] = (await tenant.events()).filter(({ type }) => type === 'sertft')
      assert.partialDeepStrictEqual(event?.details.experiment, { variation_id: ids[variation] }, 'the log still knows')
      refresh_token = String(body.refresh_token)
    }
  }
})

/** A web address of this machine, which no Action may reach. */
const startReceiver = async () => {
  const received: IncomingMessage[] = []
  const server = createServer((request, response) => {
    received.push(request)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new TypeError('the receiver does not listen')
  return { received, url: `http://127.0.0.1:${address.port}/`, close: () => server.close() }
}

test('an Action after a sign-up changes nothing for the user, for all that it does', async () => {
  const receiver = await startReceiver()
  await tenant.bind('post-login')
  await tenant.events()
  await tenant.bind(
    'post-user-registration',
    `exports.onExecutePostUserRegistration = async (event) => {
      if (!event.user.user_id || !event.experiment) throw new Error('not whole')
      await fetch('${receiver.url}')
    }`,
  )
  const { end, request } = await signUp('treatment')
  await tenant.redeem(end, request)
  const seen: string[] = []
  for (let look = 0; look < 40 && !seen.includes('actions_execution_failed'); look += 1) {
    await new Promise(resolve => setTimeout(resolve, 100))
    seen.push(...(await tenant.events()).map(({ type }) => type))
  }
  assert.ok(seen.includes('ss') && seen.includes('s') && seen.includes('actions_execution_failed'), seen.join())
  assert.equal(receiver.received.length, 0, 'no Action reaches the operator’s own machine')
  receiver.close()
  await tenant.bind('post-user-registration')
})

test('an Action before a sign-up refuses it: the person reads one reason, the log another', async () => {
  await tenant.events()
  await tenant.bind(
    'pre-user-registration',
    `exports.onExecutePreUserRegistration = async (event, api) => {
      if (event.user.user_id || event.request.body.password) throw new Error('too much is known')
      api.user.setUserMetadata('never', true)
      api.access.deny('blocked domain ' + event.user.email, 'Use your work address.')
    }`,
  )
  const { end, email, browser } = await signUp('treatment')
  assert.equal(end.status, 400)
  assert.match(end.body, /Use your work address\./)
  assert.doesNotMatch(end.body, /blocked domain/)
  const refused = (await tenant.events()).find(({ type }) => type === 'fs')
  assert.equal(refused?.description, `blocked domain ${email}`)
  assert.partialDeepStrictEqual(refused?.details, { experiment: { variation_id: ids.treatment } })
  assert.ok(refused?.details.actions)
  await tenant.bind('pre-user-registration')
  const again = await browser.submit(end, { email, password: 'a long enough passphrase' })
  assert.ok(again.url.searchParams.has('code'), 'no user was created before')
})

test('a sign-up fails when an Action before it throws', async () => {
  await tenant.events()
  await tenant.bind(
    'pre-user-registration',
    `exports.onExecutePreUserRegistration = async () => { throw new Error('x') }`,
  )
  const { end } = await signUp('control')
  assert.equal(end.status, 400)
  const types = (await tenant.events()).map(({ type }) => type)
  assert.ok(types.includes('actions_execution_failed') && types.includes('fs') && !types.includes('ss'), types.join())
  await tenant.bind('pre-user-registration')
})
