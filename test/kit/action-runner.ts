/** Runs Actions in tests: one runner per file, events that are complete enough, and one-Action shorthands. */

import { after } from 'node:test'
import type {
  ActionReport,
  ActionRunner,
  BoundAction,
  PipelineResult,
  RunRequest,
} from '../../src/actions/contract/contract.ts'
import type { ActionRunnerOptions } from '../../src/actions/host/runner.ts'
import { createActionRunner } from '../../src/actions/host/runner.ts'
import { createEgress } from '../../src/base/egress.ts'

/** What a login looks like to an Action. */
export const EVENT = {
  tenant: { id: 'dev' },
  request: { ip: '203.0.113.7', method: 'GET', hostname: 'login.example.com', query: {}, body: {}, geoip: {} },
  client: { client_id: 'client', name: 'App', metadata: {} },
  connection: { id: 'con_1', name: 'Username-Password-Authentication', strategy: 'auth0' },
  user: { user_id: 'auth0|1', email: 'jo@example.com', user_metadata: {}, app_metadata: {} },
  transaction: { protocol: 'oidc-basic-profile', metadata: {} },
} as const

/** The context of an experiment with these parameters. */
export const experiment = (config: Record<string, unknown>, isControl = false) => ({
  experiment_id: 'exp_5Dt3wP8qXnYm2kRvJu6aCf',
  variation_id: isControl ? 'var_2Bx5kH8pNmVj7qCsFw3gZr' : 'var_7Qr1sL6kMmWy9vBjPt4hEo',
  config: Object.fromEntries(Object.entries(config).map(([name, value]) => [name, { value }])),
  is_control: isControl,
})

/** A runner that is closed after the tests of the file; it reaches local addresses only when asked to. */
export const startRunner = (options: Partial<ActionRunnerOptions> = {}, allowLocal = false): ActionRunner => {
  const egress = createEgress({ allowInsecureHttp: true, allowLocalAddresses: allowLocal })
  const runner = createActionRunner({ egress, ...options })
  after(async () => {
    await runner.close()
    egress.close()
  })
  return runner
}

let versions = 0

/** A bound Action with this code, a version of its own each time. */
export const bind = (code: string, more: Partial<BoundAction> = {}): BoundAction => {
  versions += 1
  return {
    action_id: `act_${versions}`,
    name: `action ${versions}`,
    version_id: `ver_${versions}`,
    code,
    secrets: {},
    ...more,
  }
}

/** The body of an async post-login handler as the code of an Action. */
export const postLogin = (body: string): string => `exports.onExecutePostLogin = async (event, api) => {\n${body}\n}`

export type RunOptions = Partial<RunRequest>

/** Runs Actions on a login. */
export const run = (
  runner: ActionRunner,
  actions: readonly BoundAction[],
  more: RunOptions = {},
): Promise<PipelineResult> =>
  runner.run({ tenantId: 'dev', trigger: 'post-login', actions, event: EVENT, budgetMs: 20_000, ...more })

/** Runs one Action on a login; what it says about itself. */
export const runOne = async (runner: ActionRunner, code: string, more: RunOptions = {}): Promise<ActionReport> => {
  const { actions } = await run(runner, [bind(code)], more)
  const [report] = actions
  if (!report) throw new TypeError('the run has no report')
  return report
}
