/** What may change in a feature flag, and what a change leads to. */

import { apiError } from './error-codes.ts'
import { FEATURE_FLAG_TRANSITIONS, type FeatureFlag, type FeatureFlagChange } from './feature-flag.ts'
import { toRawOverrides } from './override.ts'
import { type Parameters, requireParameters, requireValue } from './parameter.ts'
import { requireTransition } from './status-machine.ts'
import type { Variation } from './variation.ts'

/** What a change is checked against. */
export interface FeatureFlagSurroundings {
  readonly variations: readonly Pick<Variation, 'id' | 'overrides'>[]
  /** The active experiment of this flag, if there is one. */
  readonly activeExperimentId?: string | undefined
}

/** @throws `feature_flag_not_modifiable` for a flag that the product manages */
export const requireOwnFlag = ({ id, type }: Pick<FeatureFlag, 'id' | 'type'>): void => {
  if (type === 'auth0')
    throw apiError('feature_flag_not_modifiable', `The feature flag ${id} is managed and cannot change.`)
}

/** @throws `feature_flag_archived` */
export const requireLiveFlag = ({ id, status }: Pick<FeatureFlag, 'id' | 'status'>): void => {
  if (status === 'archived')
    throw apiError('feature_flag_archived', `The feature flag ${id} is archived; use another one.`)
}

/** New parameters must still carry every override; an override may repeat a new default, so that a winner can become it. */
const requireFittingOverrides = (parameters: Parameters, variations: FeatureFlagSurroundings['variations']): void => {
  for (const { id, overrides } of variations) {
    for (const [name, value] of Object.entries(toRawOverrides(overrides))) {
      const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined
      const subject = `the override ${JSON.stringify(name)} of variation ${id}`
      if (!parameter)
        throw apiError('override_unknown_parameter', `The parameters must keep what ${subject} needs; remove it first.`)
      requireValue(subject, parameter.type, value)
    }
  }
}

const requireReadiness = (flag: FeatureFlag, { variations, activeExperimentId }: FeatureFlagSurroundings): void => {
  if (flag.status === 'active' && variations.length < 2) {
    throw apiError(
      'feature_flag_too_few_variations',
      `The feature flag ${flag.id} has ${variations.length} of the 2 variations that it needs to be active.`,
    )
  }
  if (flag.status === 'archived' && activeExperimentId !== undefined) {
    throw apiError(
      'feature_flag_in_active_experiment',
      `The experiment ${activeExperimentId} of this flag is active; pause or complete it before archiving the flag.`,
    )
  }
}

/**
 * Applies a change to a flag: fields and status together or not at all.
 *
 * @returns the flag as it shall be stored, `updated_at` aside; the same object when nothing is to be written
 * @throws the coded reason for which the change is refused
 */
export const changeFeatureFlag = (
  flag: FeatureFlag,
  change: FeatureFlagChange,
  surroundings: FeatureFlagSurroundings,
): FeatureFlag => {
  requireOwnFlag(flag)
  const { status = flag.status, name = flag.name, parameters = flag.parameters } = change
  const isEdit = Object.keys(change).some(key => key !== 'status')
  if (isEdit) requireLiveFlag(flag)
  if (change.parameters) {
    requireParameters(parameters)
    requireFittingOverrides(parameters, surroundings.variations)
  }
  requireTransition('feature flag', FEATURE_FLAG_TRANSITIONS, flag.status, status)
  if (!isEdit && status === flag.status) return flag
  const { description: before, ...rest } = flag
  const description = change.description === undefined ? before : (change.description ?? undefined)
  const changed = { ...rest, name, parameters, status, ...(description !== undefined && { description }) }
  if (status !== flag.status) requireReadiness(changed, surroundings)
  return changed
}
