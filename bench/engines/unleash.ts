/** Unleash's Node client on bootstrapped features: no server, no metrics, no polling. */

import { once } from 'node:events'
import { InMemStorageProvider, PayloadType, Unleash } from 'unleash-client'
import { type CreateEngine, PARAMETERS, TREATMENT } from './engine.ts'

const variant = (name: string, weight: number, value: object) => ({
  name,
  weight,
  enabled: true,
  stickiness: 'userId',
  payload: { type: PayloadType.JSON, value: JSON.stringify(value) },
})

const strategy = (constraints: readonly object[], variants: readonly object[]) => ({
  name: 'flexibleRollout',
  parameters: { rollout: '100', stickiness: 'userId', groupId: 'bench' },
  constraints,
  variants,
})

const isOneOf = (contextName: string, ...values: readonly string[]) => ({
  contextName,
  operator: 'IN',
  values,
  inverted: false,
  caseInsensitive: false,
})

const feature = (name: string, strategies: readonly object[]) => ({
  name,
  type: 'experiment',
  enabled: true,
  stale: false,
  impressionData: false,
  project: 'default',
  variants: [],
  strategies,
})

const FEATURES = [
  feature('percentage', [strategy([], [variant('control', 900, PARAMETERS), variant('treatment', 100, TREATMENT)])]),
  feature('segment', [
    strategy(
      [isOneOf('device_type', 'mobile'), isOneOf('country', 'US', 'CA')],
      [variant('treatment', 1000, TREATMENT)],
    ),
    strategy([], [variant('control', 1000, PARAMETERS)]),
  ]),
]

export const createUnleash: CreateEngine = async requests => {
  const unleash = new Unleash({
    appName: 'bench',
    url: 'http://127.0.0.1:9/',
    refreshInterval: 0,
    disableMetrics: true,
    disableAutoStart: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { data: JSON.parse(JSON.stringify(FEATURES)) },
  })
  unleash.on('error', () => {})
  const ready = once(unleash, 'ready')
  void unleash.start()
  await ready
  const contexts = requests.map(({ subject, ...properties }) => ({ userId: subject, properties }))
  return {
    name: 'unleash-client',
    percentage: i => unleash.getVariant('percentage', contexts[i]).name,
    segment: i => unleash.getVariant('segment', contexts[i]).name,
    close: () => unleash.destroy(),
  }
}
