/** A running experiment in a few words, for tests that are about something else. */

import type { ApiClient } from '../../src/cli/client/api-client.ts'

export interface TestExperiment {
  readonly flag: string
  readonly experiment: string
  readonly control: string
  readonly treatment: string
}

export interface ExperimentWishes {
  readonly name?: string
  /** Percent of the treatment; the control has the rest. */
  readonly treatmentWeight?: number
  readonly subject?: 'device' | 'user' | 'session'
  readonly flow?: string
  readonly activate?: boolean
}

/** Creates flag, two variations and a percentage experiment, active unless told otherwise. */
export const createExperiment = async (api: ApiClient, wishes: ExperimentWishes = {}): Promise<TestExperiment> => {
  const { name = 'test experiment', treatmentWeight = 50, subject = 'device', activate = true } = wishes
  const { flow = 'authentication' } = wishes
  const { id: flag } = await api.call<{ id: string }>('POST', 'experimentation/feature-flags', {
    name: `${name} flag`,
    parameters: {
      show_passkey_prompt: { type: 'boolean', value: false },
      prompt_style: { type: 'string', value: 'page' },
    },
  })
  const variations = `experimentation/feature-flags/${flag}/variations`
  const { id: control } = await api.call<{ id: string }>('POST', variations, { name: 'control', overrides: {} })
  const { id: treatment } = await api.call<{ id: string }>('POST', variations, {
    name: 'treatment',
    overrides: { show_passkey_prompt: { value: true }, prompt_style: { value: 'modal' } },
  })
  await api.call('POST', `experimentation/feature-flags/${flag}/status`, { status: 'active' })
  const { id: experiment } = await api.call<{ id: string }>('POST', 'experimentation/experiments', {
    name,
    feature_flag_id: flag,
    authentication_flow: flow,
    allocation_strategy: 'percentage',
    assignment_config: { subject },
    allocations: [
      { variation_id: control, weight: 100 - treatmentWeight, is_control: true },
      { variation_id: treatment, weight: treatmentWeight, is_control: false },
    ],
  })
  if (activate) await api.call('POST', `experimentation/experiments/${experiment}/status`, { status: 'active' })
  return { flag, experiment, control, treatment }
}
