/** `event.experiment` and `event.experiments` for a variation of a running server, as its own logins would carry them. */

import type { Json, JsonObject } from '../../base/json.ts'
import { type FlowWord, flowOf } from '../../model/authentication-flow.ts'
import { toRawOverrides } from '../../model/override.ts'
import type { ApiClient } from '../client/api-client.ts'
import { CliFailure } from '../terminal/cli-failure.ts'

interface Experiment {
  readonly id: string
  readonly feature_flag_id: string
  readonly authentication_flow: FlowWord
  readonly allocations: readonly { readonly variation_id?: string; readonly is_control?: boolean }[]
}

interface Variation {
  readonly name: string
  readonly description?: string
  /** Each raw, or wrapped as `{value}`. */
  readonly overrides: Readonly<Record<string, Json>>
}

interface Flag {
  readonly parameters: Readonly<Record<string, { readonly value: Json }>>
}

const PAGE = '50'

/** The experiment that allocates the variation; an active one before others. */
const findExperiment = async (api: ApiClient, variationId: string): Promise<Experiment> => {
  for (const status of ['active', 'paused', 'draft', 'completed', 'archived']) {
    let from: string | undefined
    do {
      // The documented answer of the list.
      const page = (await api.get('experimentation/experiments', { status, take: PAGE, ...(from && { from }) })) as {
        readonly experiments: readonly Experiment[]
        readonly next?: string
      }
      const found = page.experiments.find(({ allocations }) =>
        allocations.some(({ variation_id }) => variation_id === variationId),
      )
      if (found) return found
      from = page.next
    } while (from)
  }
  throw new CliFailure(`No experiment of the server allocates the variation ${variationId}.`)
}

/**
 * The fields of a variation's event: the flag's defaults with the variation's overrides on top.
 *
 * @throws CliFailure when no experiment has the variation
 */
export const loadExperimentFields = async (api: ApiClient, variationId: string): Promise<JsonObject> => {
  const experiment = await findExperiment(api, variationId)
  const flagPath = `experimentation/feature-flags/${experiment.feature_flag_id}`
  const [flag, variation] = await Promise.all([
    api.get(flagPath, {}) as Promise<Flag>, // the documented answers of the two operations
    api.get(`${flagPath}/variations/${variationId}`, {}) as Promise<Variation>, // as above
  ])
  const overrides = toRawOverrides(variation.overrides) as Readonly<Record<string, Json>> // parsed from JSON
  const config = Object.fromEntries(
    Object.entries(flag.parameters).map(([name, { value }]) => [name, { value: overrides[name] ?? value }]),
  )
  const context = {
    experiment_id: experiment.id,
    variation_id: variationId,
    variation_name: variation.name,
    ...(variation.description !== undefined && { variation_description: variation.description }),
    config,
    is_control: experiment.allocations.some(
      ({ variation_id, is_control }) => variation_id === variationId && is_control === true,
    ),
  }
  const authentication_flow = flowOf(experiment.authentication_flow)
  return { experiment: context, experiments: [{ ...context, authentication_flow }] }
}
