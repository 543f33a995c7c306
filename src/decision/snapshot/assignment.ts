/** Building the assignments of an experiment, with each variation's configuration merged once. */

import type { Assignment, Config } from './decision.ts'
import { deepFreeze } from './freeze.ts'
import type { ExperimentData, FlagData, VariationData } from './snapshot.ts'

/** What an allocation adds to a variation. */
export type Placement = Pick<Assignment, 'is_control' | 'segment_id'>

/** Makes the frozen assignment of a variation; `undefined` when the flag has no such variation. */
export type Assign = (variationId: string, placement: Placement) => Assignment | undefined

/**
 * The flag's parameters with a variation's overrides on top: every parameter of the flag and no other.
 * The values are copies, so that freezing them leaves the caller's data alone.
 */
export const mergeConfig = (flag: FlagData, { overrides }: Pick<VariationData, 'overrides'>): Config =>
  structuredClone(
    Object.fromEntries(
      Object.entries(flag.parameters).map(([name, { value }]) => [
        name,
        { value: Object.hasOwn(overrides, name) ? overrides[name] : value },
      ]),
    ),
  )

/** Prepares the assignments of an experiment. */
export const createAssign = (experiment: ExperimentData): Assign => {
  const variations = new Map(
    experiment.variations.map(variation => [
      variation.id,
      { variation, config: mergeConfig(experiment.flag, variation) },
    ]),
  )
  return (variationId, placement) => {
    const found = variations.get(variationId)
    if (found === undefined) return undefined
    const { variation, config } = found
    return deepFreeze({
      experiment_id: experiment.id,
      authentication_flow: experiment.authentication_flow,
      variation_id: variation.id,
      variation_name: variation.name,
      ...(variation.description !== undefined && { variation_description: variation.description }),
      config,
      is_control: placement.is_control,
      allocation_strategy: experiment.allocation_strategy,
      ...(placement.segment_id !== undefined && { segment_id: placement.segment_id }),
      ...(experiment.phase !== undefined && { phase: experiment.phase }),
    })
  }
}
