/** The configuration of a run: copies of flag, variations and segments that are made once and renewed on request only. */

import { jsonEquals } from '../base/json.ts'
import type { Allocation } from './allocation.ts'
import { apiError } from './error-codes.ts'
import type { Experiment } from './experiment.ts'
import { type ExperimentSurroundings, validate } from './experiment-checks.ts'
import type { FeatureFlag } from './feature-flag.ts'
import { toRawOverrides } from './override.ts'
import type { Segment } from './segment.ts'
import type { Variation } from './variation.ts'

type Around = Pick<ExperimentSurroundings, 'flag' | 'variations' | 'segments'>

/** The copies that an allocation has, or else new ones of what is stored now. */
const frozenAllocation = (allocation: Allocation, { variations, segments }: Around): Allocation => ({
  ...allocation,
  variation_snapshot:
    allocation.variation_snapshot ?? variations.find(({ id }) => id === allocation.variation_id) ?? null,
  ...(allocation.segment_id !== undefined && {
    segment_snapshot: allocation.segment_snapshot ?? segments.find(({ id }) => id === allocation.segment_id) ?? null,
  }),
})

/**
 * Copies what has no copy yet: all of it at the first activation, and in a pause what new allocations bring into the
 * run. Decisions of the run are made from the copies, so that no edit reaches it unasked.
 */
export const freezeRun = (
  experiment: Pick<Experiment, 'feature_flag_snapshot' | 'allocations'>,
  around: Around,
): Pick<Experiment, 'feature_flag_snapshot' | 'allocations'> => ({
  feature_flag_snapshot: experiment.feature_flag_snapshot ?? around.flag ?? null,
  allocations: experiment.allocations.map(allocation => frozenAllocation(allocation, around)),
})

/** New allocations of a run with the copies of those before them, so that a change of weights brings in nothing else. */
export const carryCopies = (before: readonly Allocation[], after: readonly Allocation[]): Allocation[] =>
  after.map(allocation => ({
    ...allocation,
    variation_snapshot:
      before.find(({ variation_id }) => variation_id === allocation.variation_id)?.variation_snapshot ?? null,
    ...(allocation.segment_id !== undefined && {
      segment_snapshot: before.find(({ segment_id }) => segment_id === allocation.segment_id)?.segment_snapshot ?? null,
    }),
  }))

/** What of each noun a decision is made from; names and descriptions are not. */
const servedParameters = ({ parameters }: FeatureFlag) =>
  Object.fromEntries(Object.entries(parameters).map(([key, { type, value }]) => [key, { type, value }]))
const servedOverrides = ({ overrides }: Variation) => toRawOverrides(overrides)
const servedRules = ({ rules }: Segment) => rules

/** True when both are there and a decision could tell them apart. */
const differs = <T>(one: T | null | undefined, other: T | null | undefined, served: (noun: T) => unknown): boolean =>
  one != null && other != null && !jsonEquals(served(one), served(other))

/** True when two states of an experiment serve copies that a decision could tell apart. */
export const servesOtherCopies = (before: Experiment, after: Experiment): boolean =>
  differs(before.feature_flag_snapshot, after.feature_flag_snapshot, servedParameters) ||
  after.allocations.some(({ variation_id, variation_snapshot, segment_id, segment_snapshot }) =>
    before.allocations.some(
      was =>
        (was.variation_id === variation_id && differs(was.variation_snapshot, variation_snapshot, servedOverrides)) ||
        (was.segment_id === segment_id && differs(was.segment_snapshot, segment_snapshot, servedRules)),
    ),
  )

/** What was edited since it was copied, by name of noun and id. */
const editedSince = ({ feature_flag_snapshot, allocations }: Experiment, around: Around): readonly string[] => {
  const { flag, variations, segments } = around
  const found = allocations.flatMap(({ variation_snapshot, segment_snapshot }) => [
    ...variations
      .filter(({ id }) => id === variation_snapshot?.id)
      .filter(variation => differs(variation_snapshot, variation, servedOverrides))
      .map(({ id }) => `the variation ${id}`),
    ...segments
      .filter(({ id }) => id === segment_snapshot?.id)
      .filter(segment => differs(segment_snapshot, segment, servedRules))
      .map(({ id }) => `the segment ${id}`),
  ])
  const isFlagEdited = differs(feature_flag_snapshot, flag, servedParameters)
  return [...(flag && isFlagEdited ? [`the feature flag ${flag.id}`] : []), ...new Set(found)]
}

/** What the caller of a transition should know, although it was made. */
export const EXPERIMENT_WARNINGS = {
  experiment_edits_not_served:
    'The flag, a variation or a segment was edited after the run copied it; the run serves the copy until it is refreshed.',
} as const

export interface ExperimentWarning {
  readonly code: keyof typeof EXPERIMENT_WARNINGS
  /** Names what was edited, and says what to do. */
  readonly message: string
}

const listed = new Intl.ListFormat('en', { type: 'conjunction' })

/** Says what the run does not serve; empty while the experiment has not been activated, and when nothing was edited. */
export const runWarnings = (experiment: Experiment, around: Around): readonly ExperimentWarning[] => {
  const edited = editedSince(experiment, around)
  if (edited.length === 0) return []
  const { id } = experiment
  const message =
    `The run of experiment ${id} does not serve later edits of ${listed.format(edited)}. ` +
    `To take them in, pause the experiment and POST /api/v2/experimentation/experiments/${id}/refresh.`
  return [{ code: 'experiment_edits_not_served', message }]
}

/**
 * Renews all copies of a paused run.
 *
 * @returns the experiment as it shall be stored; the same object when every copy is current
 * @throws `experiment_requires_pause`
 */
export const refreshRun = (experiment: Experiment, surroundings: ExperimentSurroundings): Experiment => {
  const { id, status } = experiment
  if (status !== 'paused') {
    throw apiError('experiment_requires_pause', `The experiment ${id} is ${status}; only a paused one is refreshed.`)
  }
  const uncopied = experiment.allocations.map(allocation => ({
    ...allocation,
    variation_snapshot: null,
    ...(allocation.segment_id !== undefined && { segment_snapshot: null }),
  }))
  const fresh = freezeRun({ feature_flag_snapshot: null, allocations: uncopied }, surroundings)
  const { feature_flag_snapshot, allocations } = experiment
  if (jsonEquals(fresh, { feature_flag_snapshot, allocations })) return experiment
  return { ...experiment, ...fresh, is_valid: validate(experiment, surroundings).is_valid }
}
