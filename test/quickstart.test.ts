/** The quickstart, sentence by sentence, as a newcomer follows it with curl and a browser. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readLogsAfter } from '../src/cli/demo/read-logs.ts'
import { startTestServer, type TestServer } from './kit/server.ts'

let server: TestServer
let token = ''

interface Answer {
  readonly status: number
  // The newcomer reads these fields off the screen; the test reads them the same way.
  readonly body: Record<string, unknown> & { readonly errors?: readonly unknown[] }
}

const call = async (method: string, path: string, body?: object): Promise<Answer> => {
  const response = await fetch(new URL(`api/v2/experimentation/${path}`, server.issuer), {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

before(async () => {
  server = await startTestServer()
})

after(() => server?.close())

describe('the quickstart', { concurrency: false }, () => {
  let flag = ''
  let control = ''
  let treatment = ''
  let segment = ''
  let experiment = ''
  let startedAt: unknown

  test('a machine-to-machine application gets a token with the four scopes', async () => {
    const { client_id, client_secret, audience } = server.credentials.management
    const response = await fetch(new URL('oauth/token', server.issuer), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_id,
        client_secret,
        audience,
        grant_type: 'client_credentials',
        scope: 'read:experimentation create:experimentation update:experimentation delete:experimentation',
      }),
    })
    assert.equal(response.status, 200)
    const answer = (await response.json()) as { access_token: string; scope: string; token_type: string }
    assert.equal(answer.token_type, 'Bearer')
    assert.deepEqual(answer.scope.split(' ').toSorted(), [
      'create:experimentation',
      'delete:experimentation',
      'read:experimentation',
      'update:experimentation',
    ])
    token = answer.access_token
  })

  test('the response to a new flag includes feature_flag_id, and the flag starts in draft', async () => {
    const { status, body } = await call('POST', 'feature-flags', {
      name: 'passkey-enrollment',
      parameters: {
        show_passkey_prompt: { type: 'boolean', value: false },
        prompt_style: { type: 'string', value: 'page' },
      },
    })
    assert.equal(status, 201)
    assert.match(String(body.feature_flag_id), /^flg_[A-HJ-NP-Za-km-z1-9]{22}$/)
    assert.equal(body.id, body.feature_flag_id)
    assert.equal(body.status, 'draft')
    flag = String(body.feature_flag_id)
  })

  test('the flag needs at least two variations before it can activate', async () => {
    const first = await call('POST', `feature-flags/${flag}/variations`, { name: 'control', overrides: {} })
    assert.equal(first.status, 201)
    control = String(first.body.variation_id)
    const early = await call('POST', `feature-flags/${flag}/status`, { status: 'active' })
    assert.equal(early.status, 400)
    assert.equal(early.body.errorCode, 'feature_flag_too_few_variations')
    const second = await call('POST', `feature-flags/${flag}/variations`, {
      name: 'treatment',
      overrides: { show_passkey_prompt: { value: true }, prompt_style: { value: 'modal' } },
    })
    assert.equal(second.status, 201)
    treatment = String(second.body.variation_id)
    assert.deepEqual(second.body.overrides, { show_passkey_prompt: { value: true }, prompt_style: { value: 'modal' } })
  })

  test('an experiment cannot activate unless its feature flag is active', async () => {
    const draft = await call('POST', 'experiments', {
      name: 'too early',
      feature_flag_id: flag,
      authentication_flow: 'login',
      allocation_strategy: 'percentage',
      allocations: [
        { variation_id: control, weight: 50, is_control: true },
        { variation_id: treatment, weight: 50, is_control: false },
      ],
    })
    const refused = await call('POST', `experiments/${draft.body.experiment_id}/status`, { status: 'active' })
    assert.equal(refused.status, 400)
    assert.equal(refused.body.errorCode, 'feature_flag_not_active')
    const active = await call('POST', `feature-flags/${flag}/status`, { status: 'active' })
    assert.equal(active.status, 200)
    assert.equal(active.body.status, 'active')
  })

  test('a segment of mobile users in the United States is accepted as the quickstart writes it', async () => {
    const { status, body } = await call('POST', 'segments', {
      name: 'mobile-us-users',
      description: 'Mobile users from the United States',
      rules: [
        {
          match_type: 'all',
          conditions: [
            { attribute: 'device_type', operator: 'equals', value: 'mobile' },
            { attribute: 'country', operator: 'equals', value: 'US' },
          ],
        },
      ],
    })
    assert.equal(status, 201)
    assert.match(String(body.segment_id), /^seg_/)
    segment = String(body.segment_id)
  })

  test('a 90/10 experiment starts in draft status with is_valid: false', async () => {
    const { status, body } = await call('POST', 'experiments', {
      name: 'passkey-rollout',
      feature_flag_id: flag,
      authentication_flow: 'login',
      allocation_strategy: 'percentage',
      assignment_config: { subject: 'device' },
      allocations: [
        { variation_id: control, weight: 90, is_control: true },
        { variation_id: treatment, weight: 10, is_control: false },
      ],
    })
    assert.equal(status, 201)
    assert.equal(body.status, 'draft')
    assert.equal(body.is_valid, false)
    experiment = String(body.experiment_id)
  })

  test('validate confirms that it is ready, and activation sets started_at', async () => {
    const valid = await call('POST', `experiments/${experiment}/validate`)
    assert.deepEqual(valid.body, { is_valid: true, errors: [] })
    const active = await call('POST', `experiments/${experiment}/status`, { status: 'active' })
    assert.equal(active.status, 200)
    assert.equal(active.body.status, 'active')
    startedAt = active.body.started_at
    assert.match(String(startedAt), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  test('one experiment is active per tenant', async () => {
    const { body } = await call('GET', 'experiments?status=draft')
    const [other] = body.experiments as { id: string }[]
    const refused = await call('POST', `experiments/${other?.id}/status`, { status: 'active' })
    assert.equal(refused.status, 400)
    assert.equal(refused.body.errorCode, 'experiment_active_limit_exceeded')
  })

  test('started_at does not change when the experiment is paused and reactivated', async () => {
    assert.equal(
      (await call('POST', `experiments/${experiment}/status`, { status: 'paused' })).body.started_at,
      startedAt,
    )
    assert.equal(
      (await call('POST', `experiments/${experiment}/status`, { status: 'active' })).body.started_at,
      startedAt,
    )
  })

  const loginEvents = async () =>
    (await readLogsAfter(await server.api(), undefined)).filter(event => event.type === 's')

  test('the same device gets the same variation across logins, and the events say so', async () => {
    const { email, password } = server.credentials.admin
    const device = server.browser()
    for (let visit = 0; visit < 3; visit += 1) await device.logIn(email, password)
    const seen = (await loginEvents()).map(event => event.details?.experiment)
    assert.equal(seen.length, 3)
    for (const details of seen) assert.deepEqual(details, seen[0])
    assert.equal(seen[0]?.experiment_id, experiment)
    assert.ok([control, treatment].includes(seen[0]?.variation_id ?? ''))
  })

  test('both variations can be forced with query parameters, for that login only', async () => {
    const { email, password } = server.credentials.admin
    const device = server.browser()
    await device.logIn(email, password)
    for (const variation_id of [control, treatment]) {
      await device.logIn(email, password, { experiment_id: experiment, variation_id })
    }
    await device.logIn(email, password)
    const seen = (await loginEvents()).slice(-4).map(event => event.details?.experiment?.variation_id)
    assert.deepEqual(seen, [seen[0], control, treatment, seen[0]])
  })

  test('a segment experiment sends phones in the United States to the treatment and the rest to the fallback', async () => {
    await call('POST', `experiments/${experiment}/status`, { status: 'completed' })
    const created = await call('POST', 'experiments', {
      name: 'mobile first',
      feature_flag_id: flag,
      authentication_flow: 'login',
      allocation_strategy: 'segment',
      allocations: [
        { variation_id: treatment, segment_id: segment, priority: 1, is_control: false, is_fallback: false },
        { variation_id: control, is_control: true, is_fallback: true },
      ],
    })
    assert.equal(created.status, 201)
    const active = await call('POST', `experiments/${created.body.id}/status`, { status: 'active' })
    assert.equal(active.status, 200, JSON.stringify(active.body))
    const { email, password } = server.credentials.admin
    await server.browser().logIn(email, password)
    const forced = { experiment_id: String(created.body.id), segment_id: segment }
    await server.browser().logIn(email, password, forced)
    const [fallback, matched] = (await loginEvents()).slice(-2).map(event => event.details?.experiment)
    assert.deepEqual(fallback, {
      experiment_id: created.body.id,
      variation_id: control,
      is_control: true,
      allocation_strategy: 'segment',
      assignment: 'auto',
    })
    assert.deepEqual(matched, {
      experiment_id: created.body.id,
      variation_id: treatment,
      is_control: false,
      allocation_strategy: 'segment',
      segment_id: segment,
      assignment: 'forced',
    })
  })
})
