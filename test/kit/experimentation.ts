/** Nouns of experimentation, made through the API, for tests of what comes after. */

import assert from 'node:assert/strict'
import type { Answer, TestApi } from './management-api.ts'

let made = 0

/** A name that no other test of this process uses. */
export const freshName = (noun: string): string => `${noun} ${++made}`

const created = (answer: Answer): string => {
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body.id
}

export const PARAMETERS = {
  show_passkey_prompt: { type: 'boolean', value: false },
  prompt_style: { type: 'string', value: 'page' },
}

export const createFlag = async (api: TestApi, parameters: object = PARAMETERS): Promise<string> =>
  created(await api.call('POST', '/feature-flags', { name: freshName('flag'), parameters }))

export const createVariation = async (api: TestApi, flag: string, overrides: object = {}): Promise<string> =>
  created(await api.call('POST', `/feature-flags/${flag}/variations`, { name: freshName('variation'), overrides }))

export const createSegment = async (api: TestApi, rules: object = [{ match: { country: ['DE'] } }]): Promise<string> =>
  created(await api.call('POST', '/segments', { name: freshName('segment'), rules }))

export const setStatus = async (api: TestApi, path: string, status: string): Promise<Answer> => {
  const answer = await api.call('POST', `${path}/status`, { status })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer
}

export interface Flag {
  readonly flag: string
  readonly control: string
  readonly treatment: string
}

/** An active flag with two variations. */
export const createActiveFlag = async (api: TestApi): Promise<Flag> => {
  const flag = await createFlag(api)
  const control = await createVariation(api, flag)
  const treatment = await createVariation(api, flag, { show_passkey_prompt: { value: true } })
  await setStatus(api, `/feature-flags/${flag}`, 'active')
  return { flag, control, treatment }
}

/** 90 % control, 10 % treatment. */
export const split = ({ control, treatment }: Flag) => [
  { variation_id: control, weight: 90, is_control: true },
  { variation_id: treatment, weight: 10, is_control: false },
]

/** A draft of a percentage experiment that could be activated, unless wishes say otherwise. */
export const createExperiment = async (api: TestApi, flag: Flag, wishes: object = {}): Promise<string> =>
  created(
    await api.call('POST', '/experiments', {
      name: freshName('experiment'),
      feature_flag_id: flag.flag,
      allocation_strategy: 'percentage',
      allocations: split(flag),
      ...wishes,
    }),
  )
