/** GrowthBook's server client: experiment and targeting rules of a feature. */

import { GrowthBookClient } from '@growthbook/growthbook'
import { type CreateEngine, PARAMETERS, TREATMENT } from './engine.ts'

const FEATURES = {
  percentage: {
    defaultValue: PARAMETERS,
    rules: [
      {
        key: 'exp_FuY7uqP5RLGpeHi2z3fGBh',
        hashAttribute: 'id',
        hashVersion: 2 as const,
        variations: [PARAMETERS, TREATMENT],
        weights: [0.9, 0.1],
      },
    ],
  },
  segment: {
    defaultValue: PARAMETERS,
    rules: [{ condition: { device_type: 'mobile', country: { $in: ['US', 'CA'] } }, force: TREATMENT }],
  },
}

export const createGrowthBook: CreateEngine = requests => {
  const client = new GrowthBookClient().initSync({ payload: { features: FEATURES } })
  const contexts = requests.map(({ subject, ...attributes }) => ({ attributes: { id: subject, ...attributes } }))
  const variationOf = (feature: string, i: number): string =>
    client.evalFeature(feature, contexts[i] ?? {}).value?.passkeys ? 'treatment' : 'control'
  return {
    name: '@growthbook/growthbook',
    percentage: i => variationOf('percentage', i),
    segment: i => variationOf('segment', i),
    close: () => client.destroy(),
  }
}
