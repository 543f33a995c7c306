/** Step 6 of the tutorial: the Action that sends treated logins to the enrolment page, created, deployed and bound. */

import { setTimeout as delay } from 'node:timers/promises'
import type { ApiClient } from '../client/api-client.ts'
import { DemoFailure } from './simulated-browser.ts'

/** The tutorial's Action, with the server's own enrolment page as "your passkey enrollment page". */
export const passkeyAction = (issuer: string): string => `exports.onExecutePostLogin = async (event, api) => {
  const ec = event.experiment
  if (!ec) return
  if (ec.config?.passkey_enabled?.value !== true) return
  api.redirect.sendUserTo(${JSON.stringify(`${issuer}u/passkey-enrollment`)}, {
    query: { experiment_id: ec.experiment_id, variation_id: ec.variation_id },
  })
}
exports.onContinuePostLogin = async () => {}
`

interface ActionAnswer {
  readonly id: string
  readonly status: string
  readonly all_changes_deployed: boolean
}

const BUILD_ATTEMPTS = 100
const BUILD_PAUSE_MS = 100

const untilDeployed = async (api: ApiClient, id: string): Promise<void> => {
  for (let attempt = 0; attempt < BUILD_ATTEMPTS; attempt += 1) {
    const action = await api.call<ActionAnswer>('GET', `actions/actions/${id}`)
    if (action.all_changes_deployed) return
    if (action.status === 'failed') break
    await delay(BUILD_PAUSE_MS)
  }
  throw new DemoFailure('the Action could not be deployed')
}

/** Replaces the Actions of the trigger `post-login`; with none, logins run as they are. */
export const bindPostLogin = (api: ApiClient, ids: readonly string[]): Promise<unknown> =>
  api.call('PATCH', 'actions/triggers/post-login/bindings', {
    bindings: ids.map(value => ({ ref: { type: 'action_id', value }, display_name: 'passkey rollout' })),
  })

/** Creates, deploys and binds the Action; from the answer on, logins run it. */
export const deployPasskeyAction = async (api: ApiClient, issuer: string, run: string): Promise<string> => {
  const { id } = await api.call<ActionAnswer>('POST', 'actions/actions', {
    name: `passkey-rollout-${run}`,
    supported_triggers: [{ id: 'post-login', version: 'v3' }],
    code: passkeyAction(issuer),
  })
  await api.call('POST', `actions/actions/${id}/deploy`)
  await untilDeployed(api, id)
  await bindPostLogin(api, [id])
  return id
}
