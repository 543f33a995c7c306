/** The passkey-rollout tutorial's calls of the public Management API: its first five steps, and the ramp. */

import type { ApiClient } from '../client/api-client.ts'
import { DemoFailure } from './simulated-browser.ts'

export interface Rollout {
  readonly experimentId: string
  readonly control: string
  readonly treatment: string
}

interface ExperimentAnswer {
  readonly experiment_id: string
  readonly name: string
}

/** Completes what an earlier run on the same data left active: one experiment may be active per tenant. */
const completeActive = async (api: ApiClient): Promise<void> => {
  const { experiments } = await api.call<{ experiments: ExperimentAnswer[] }>(
    'GET',
    'experimentation/experiments?status=active',
  )
  for (const { experiment_id } of experiments) {
    await api.call('POST', `experimentation/experiments/${experiment_id}/status`, { status: 'completed' })
  }
}

const createVariation = async (api: ApiClient, flag: string, name: string, overrides: object): Promise<string> => {
  const path = `experimentation/feature-flags/${flag}/variations`
  const { variation_id } = await api.call<{ variation_id: string }>('POST', path, { name, overrides })
  return variation_id
}

const validate = async (api: ApiClient, experimentId: string): Promise<void> => {
  const { is_valid, errors } = await api.call<{ is_valid: boolean; errors: { message: string }[] }>(
    'POST',
    `experimentation/experiments/${experimentId}/validate`,
  )
  if (!is_valid) throw new DemoFailure(`the experiment is not valid: ${errors.map(error => error.message).join(' ')}`)
}

/**
 * Flag with a boolean parameter, control and treatment, activation, a 90/10 device experiment, validate, activate.
 *
 * @param run a word that makes the names of this run unique
 * @param onStep is told each step in a few words
 */
export const playPasskeyRollout = async (
  api: ApiClient,
  run: string,
  onStep: (step: string) => void,
): Promise<Rollout> => {
  await completeActive(api)
  const { feature_flag_id: flag } = await api.call<{ feature_flag_id: string }>(
    'POST',
    'experimentation/feature-flags',
    {
      name: `passkey-enrollment-${run}`,
      description: 'Offers a passkey after login',
      parameters: { passkey_enabled: { type: 'boolean', value: false } },
    },
  )
  onStep(`1  feature flag ${flag}, passkey_enabled: false`)
  const control = await createVariation(api, flag, 'control', {})
  const treatment = await createVariation(api, flag, 'treatment', { passkey_enabled: { value: true } })
  onStep(`2  variations ${control} (control), ${treatment} (treatment)`)
  await api.call('POST', `experimentation/feature-flags/${flag}/status`, { status: 'active' })
  onStep('3  feature flag active')
  const { experiment_id: experimentId } = await api.call<ExperimentAnswer>('POST', 'experimentation/experiments', {
    name: `passkey-rollout-${run}`,
    feature_flag_id: flag,
    authentication_flow: 'authentication',
    allocation_strategy: 'percentage',
    assignment_config: { subject: 'device' },
    allocations: [
      { variation_id: control, weight: 90, is_control: true },
      { variation_id: treatment, weight: 10, is_control: false },
    ],
  })
  onStep(`4  experiment ${experimentId}, 90/10 by device`)
  await validate(api, experimentId)
  await api.call('POST', `experimentation/experiments/${experimentId}/status`, { status: 'active' })
  onStep('5  validated and active')
  return { experimentId, control, treatment }
}

/** The tutorial's first way to ramp up: pause, half and half, activate. */
export const rampToHalf = async (api: ApiClient, { experimentId, control, treatment }: Rollout): Promise<void> => {
  const path = `experimentation/experiments/${experimentId}`
  await api.call('POST', `${path}/status`, { status: 'paused' })
  await api.call('PATCH', path, {
    allocations: [
      { variation_id: control, weight: 50, is_control: true },
      { variation_id: treatment, weight: 50, is_control: false },
    ],
  })
  await api.call('POST', `${path}/status`, { status: 'active' })
}
