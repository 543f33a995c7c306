/** The decision: which variation a request is served, as a pure function of the snapshot and the request. */

import type { CompiledExperiment, Snapshot } from './compile.ts'
import { type Decision, type DecisionRequest, type Override, toDecision, type Warning } from './decision.ts'
import { deepFreeze } from './freeze.ts'
import { experimentNotFound, orphanedParams, segmentNotFound, variationNotFound } from './warning.ts'

const NO_ACTIVE_EXPERIMENT = toDecision('no_active_experiment')

/** An id that the request carries; an empty one, as in `?variation_id=`, is none. */
const toId = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const withWarnings = (decision: Decision, ...warnings: readonly Warning[]): Decision =>
  warnings.length === 0 ? decision : deepFreeze({ ...decision, warnings })

const withSegment = (decision: Decision, segmentId: string): Decision =>
  deepFreeze({ ...decision, assignment: decision.assignment && { ...decision.assignment, segment_id: segmentId } })

const decideActive = ({ active }: Snapshot, request: DecisionRequest): Decision =>
  active === undefined ? NO_ACTIVE_EXPERIMENT : active.choose(request).auto

/** A variation goes before a segment, and both go before computing; an id that is unknown is passed over. */
const decideNamed = (experiment: CompiledExperiment, request: DecisionRequest, override: Override): Decision => {
  const variationId = toId(override.variation_id)
  const segmentId = toId(override.segment_id)
  const variation = variationId && experiment.forcedVariations[variationId]
  const segment = segmentId && experiment.forcedSegments[segmentId]
  const warnings: Warning[] = []
  if (variationId && !variation) warnings.push(variationNotFound(experiment.id, variationId))
  if (segmentId && !segment) warnings.push(segmentNotFound(experiment.id, segmentId))
  if (variation && segment && segmentId) return withWarnings(withSegment(variation, segmentId), ...warnings)
  return withWarnings(variation || segment || experiment.choose(request).explicit, ...warnings)
}

const decideOverridden = (snapshot: Snapshot, request: DecisionRequest, override: Override): Decision => {
  const experimentId = toId(override.experiment_id)
  const experiment = experimentId === undefined ? undefined : snapshot.experiments[experimentId]
  if (experiment !== undefined) return decideNamed(experiment, request, override)

  const computed = decideActive(snapshot, request)
  if (experimentId !== undefined) return withWarnings(computed, experimentNotFound(experimentId))
  const variationId = toId(override.variation_id)
  const segmentId = toId(override.segment_id)
  return variationId || segmentId ? withWarnings(computed, orphanedParams(variationId, segmentId)) : computed
}

/**
 * Decides which variation a request is served, and says why.
 *
 * Without an override the active experiment decides. An override names an experiment in any status: alone it enrols
 * the request there, with `variation_id` or `segment_id` it forces an outcome. What of it cannot be followed becomes a
 * warning, and the request is decided as if that part were missing.
 *
 * Pure and total: the same snapshot and request give the same decision, and no request makes it throw.
 */
export const decide = (snapshot: Snapshot, request: DecisionRequest): Decision =>
  request.override ? decideOverridden(snapshot, request, request.override) : decideActive(snapshot, request)
