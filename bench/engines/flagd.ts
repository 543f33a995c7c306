/** flagd's in-process evaluation: JSONLogic, compiled, with `fractional` for the shares. */

import { FlagdCore } from '@openfeature/flagd-core'
import { type CreateEngine, PARAMETERS, TREATMENT } from './engine.ts'

const variants = { control: PARAMETERS, treatment: TREATMENT }
const mobileInNorthAmerica = {
  and: [{ '==': [{ var: 'device_type' }, 'mobile'] }, { in: [{ var: 'country' }, ['US', 'CA']] }],
}

const FLAGS = {
  flags: {
    percentage: {
      state: 'ENABLED',
      variants,
      defaultVariant: 'control',
      targeting: {
        fractional: [
          ['control', 90],
          ['treatment', 10],
        ],
      },
    },
    segment: {
      state: 'ENABLED',
      variants,
      defaultVariant: 'control',
      targeting: { if: [mobileInNorthAmerica, 'treatment', 'control'] },
    },
  },
}

export const createFlagd: CreateEngine = requests => {
  const core = new FlagdCore()
  core.setConfigurations(JSON.stringify(FLAGS))
  const contexts = requests.map(({ subject, ...attributes }) => ({ targetingKey: subject, ...attributes }))
  return {
    name: '@openfeature/flagd-core',
    percentage: i => core.resolveObjectEvaluation('percentage', {}, contexts[i]).variant,
    segment: i => core.resolveObjectEvaluation('segment', {}, contexts[i]).variant,
  }
}
