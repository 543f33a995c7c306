/** What an active experiment adds to a full login, and what one bound Action adds. */

import { createExperiment } from '../test/kit/experiment.ts'
import { startTestServer } from '../test/kit/server.ts'
import { compareLogins } from './paired-logins.ts'
import { TEN_LINES } from './ten-lines.ts'

type Server = Awaited<ReturnType<typeof startTestServer>>

type Api = Awaited<ReturnType<Server['api']>>

const switchExperiment = async (api: Api): Promise<(isOn: boolean) => Promise<unknown>> => {
  const { experiment } = await createExperiment(api, { activate: false })
  return isOn =>
    api.call('POST', `experimentation/experiments/${experiment}/status`, { status: isOn ? 'active' : 'paused' })
}

const switchAction = async (api: Api): Promise<(isOn: boolean) => Promise<unknown>> => {
  const { id } = await api.call<{ id: string }>('POST', 'actions/actions', {
    name: 'ten lines',
    supported_triggers: [{ id: 'post-login' }],
    code: TEN_LINES,
    deploy: true,
  })
  const binding = { ref: { type: 'action_id', value: id } }
  return isOn => api.call('PATCH', 'actions/triggers/post-login/bindings', { bindings: isOn ? [binding] : [] })
}

/** Prints both ratios; the client's own work and the hashing of the password are part of a login here. */
export const run = async (): Promise<void> => {
  const server = await startTestServer()
  try {
    const api = await server.api()
    const setExperiment = await switchExperiment(api)
    await compareLogins(server, { what: 'an active experiment', set: setExperiment, aim: 1.03 })
    // The Action is to find something to read.
    await setExperiment(true)
    await compareLogins(server, { what: 'one bound Action', set: await switchAction(api), aim: 1.05 })
  } finally {
    await server.close()
  }
}

if (import.meta.main) await run()
