import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { bind, EVENT, experiment, run, startRunner } from '../../../test/kit/action-runner.ts'
import type { Egress, EgressRequest } from '../../base/egress.ts'
import type { RunRequest } from '../contract/contract.ts'

const FOLDER = new URL('../../../examples/actions/', import.meta.url)

const sent: EgressRequest[] = []

/** A network in which every host answers, and every request is kept. */
const egress: Egress = {
  send: async request => {
    sent.push(request)
    return { kind: 'response', status: 200, headers: {}, body: new Uint8Array(), truncated: false }
  },
  close: () => undefined,
}

const runner = startRunner({ egress })

const TREATMENT = { experiment_id: 'exp_5Dt3wP8qXnYm2kRvJu6aCf', variation_id: 'var_7Qr1sL6kMmWy9vBjPt4hEo' }

interface Expected {
  readonly trigger?: RunRequest['trigger']
  readonly parameter: string
  readonly value: unknown
  readonly effects: readonly unknown[]
  readonly logs?: string
}

/** File → the parameter that its treatment reads, and what treated and untreated logins must yield. */
const EXAMPLES: Readonly<Record<string, Expected>> = {
  'null-safety.js': { parameter: 'anything', value: 1, effects: [] },
  'conditional-mfa.js': {
    parameter: 'require_mfa',
    value: true,
    effects: [{ kind: 'multifactor', provider: 'any', allow_remember_browser: false }],
  },
  'experiment-claim.js': {
    parameter: 'anything',
    value: 1,
    effects: [{ kind: 'id_token_claim', name: 'https://example.com/experiment', value: TREATMENT }],
  },
  'onboarding-variant.js': {
    trigger: 'pre-user-registration',
    parameter: 'onboarding_variant',
    value: 'short',
    effects: [
      { kind: 'user_metadata', key: 'onboarding_variant', value: 'short' },
      { kind: 'user_metadata', key: 'onboarding_experiment_id', value: TREATMENT.experiment_id },
    ],
  },
  'welcome-program.js': {
    trigger: 'post-user-registration',
    parameter: 'enroll_welcome_program',
    value: true,
    effects: [],
  },
  'is-control.js': {
    parameter: 'anything',
    value: 1,
    effects: [],
    logs: `treatment ${TREATMENT.experiment_id} ${TREATMENT.variation_id} auth0|1`,
  },
  'passkey-enrollment-prompt.js': {
    parameter: 'passkey_enabled',
    value: true,
    effects: [
      {
        kind: 'redirect',
        suspends: true,
        url: `https://your-app.example.com/enroll-passkey?experiment_id=${TREATMENT.experiment_id}&variation_id=${TREATMENT.variation_id}`,
      },
    ],
  },
}

test('every example is tested, and every tested example is there', () => {
  assert.deepEqual(readdirSync(FOLDER).sort(), Object.keys(EXAMPLES).sort())
})

for (const [file, { trigger = 'post-login', parameter, value, effects, logs = '' }] of Object.entries(EXAMPLES)) {
  const action = bind(readFileSync(new URL(file, FOLDER), 'utf8'))
  const runWith = (context: unknown) =>
    run(runner, [action], { trigger, event: JSON.parse(JSON.stringify({ ...EVENT, experiment: context })) })

  test(`${file} can be deployed for ${trigger}`, async () => {
    assert.deepEqual((await runner.check(action.code, trigger)).errors, [])
  })

  test(`${file} does what it says to a treated user`, async () => {
    const result = await runWith(experiment({ [parameter]: value }))
    assert.notEqual(result.outcome.kind, 'failed', JSON.stringify(result.outcome))
    assert.deepEqual(result.effects, effects)
    assert.equal(result.actions[0]?.logs.text, logs)
  })

  test(`${file} does nothing without an experiment`, async () => {
    const result = await runWith(null)
    assert.deepEqual([result.outcome, result.effects], [{ kind: 'completed' }, []])
  })
}

test('the welcome program is told of treated users and of no others', async () => {
  const action = bind(readFileSync(new URL('welcome-program.js', FOLDER), 'utf8'))
  sent.length = 0
  for (const enrolled of [true, false]) {
    const context = experiment({ enroll_welcome_program: enrolled }, !enrolled)
    await run(runner, [action], {
      trigger: 'post-user-registration',
      event: { ...EVENT, experiment: context } as RunRequest['event'],
    })
  }
  const bodies = sent.map(({ method, url, body }) => ({
    method,
    url,
    body: JSON.parse(Buffer.from(body ?? '').toString()),
  }))
  assert.deepEqual(bodies, [
    {
      method: 'POST',
      url: 'https://your-backend.example.com/api/enrollment',
      body: { user_id: 'auth0|1', email: 'jo@example.com', ...TREATMENT },
    },
  ])
})

test('is-control tracks no user of the control group', async () => {
  const action = bind(readFileSync(new URL('is-control.js', FOLDER), 'utf8'))
  const { actions } = await run(runner, [action], {
    event: { ...EVENT, experiment: experiment({}, true) } as RunRequest['event'],
  })
  assert.equal(actions[0]?.logs.text, '')
})
