/** The decision: which variation a request is served, as a pure function of the snapshot and the request. */

import type { CompiledExperiment, Snapshot } from './compile.ts'
import { type Decision, type DecisionRequest, type Override, toDecision, type Warning } from './snapshot/decision.ts'
import { AUTHENTICATION_FLOWS, type Flow, isFollowUp, leadsTo } from './snapshot/flow.ts'
import { deepFreeze } from './snapshot/freeze.ts'
import { experimentNotFound, flowNotReached, orphanedParams, segmentNotFound, variationNotFound } from './warning.ts'

const NO_ACTIVE_EXPERIMENT = toDecision('no_active_experiment')
const OTHER_FLOW = toDecision('other_flow')
const DEFAULT_FLOW = 'login' satisfies Flow

/** An id that the request carries; an empty one, as in `?variation_id=`, is none. */
const toId = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const withWarnings = (decision: Decision, ...warnings: readonly Warning[]): Decision =>
  warnings.length === 0 ? decision : deepFreeze({ ...decision, warnings })

const withSegment = (decision: Decision, segmentId: string): Decision =>
  deepFreeze({ ...decision, assignment: decision.assignment && { ...decision.assignment, segment_id: segmentId } })

/** A value of another type names no flow, and as a key it could throw. */
const flowOf = ({ flow }: DecisionRequest): Flow => (typeof flow === 'string' ? flow : DEFAULT_FLOW)

/** Hot path: the flow of most requests is read at its fixed place. A text that is no flow has no experiment. */
const activeIn = ({ active }: Snapshot, flow: Flow): CompiledExperiment | undefined => {
  if (flow === DEFAULT_FLOW) return active.login
  return Object.hasOwn(active, flow) ? active[flow] : undefined
}

const decideActive = (snapshot: Snapshot, request: DecisionRequest): Decision =>
  activeIn(snapshot, flowOf(request))?.choose(request).auto ?? NO_ACTIVE_EXPERIMENT

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

/** Why an override is passed over altogether; undefined when there is none. */
const passedOver = (experiment: CompiledExperiment | undefined, override: Override): Warning | undefined => {
  const experimentId = toId(override.experiment_id)
  if (experimentId !== undefined) {
    return experiment ? flowNotReached(experimentId, experiment.authentication_flow) : experimentNotFound(experimentId)
  }
  const variationId = toId(override.variation_id)
  const segmentId = toId(override.segment_id)
  return variationId || segmentId ? orphanedParams(variationId, segmentId) : undefined
}

const decideOverridden = (snapshot: Snapshot, request: DecisionRequest, override: Override): Decision => {
  const flow = flowOf(request)
  const experimentId = toId(override.experiment_id)
  const experiment = experimentId === undefined ? undefined : snapshot.experiments[experimentId]
  if (experiment && leadsTo(flow, experiment.authentication_flow)) {
    const { decides } = AUTHENTICATION_FLOWS[experiment.authentication_flow]
    return decides.includes(flow) ? decideNamed(experiment, request, override) : OTHER_FLOW
  }
  const computed = decideActive(snapshot, request)
  const warning = isFollowUp(flow) ? undefined : passedOver(experiment, override)
  return warning ? withWarnings(computed, warning) : computed
}

/**
 * Decides which variation a request is served in one flow, and says why.
 *
 * Without an override the flow's active experiment decides. An override names an experiment in any status: alone it
 * enrols the request there, with `variation_id` or `segment_id` it forces an outcome; either way the request is in that
 * experiment alone, so the other flows have none. What of it cannot be followed becomes a warning, and the request is
 * decided as if that part were missing. An override that names nothing is said once, where the request begins: the
 * flows after the login say nothing of it.
 *
 * Pure and total: the same snapshot and request give the same decision, and no request makes it throw.
 */
export const decide = (snapshot: Snapshot, request: DecisionRequest): Decision =>
  request.override ? decideOverridden(snapshot, request, request.override) : decideActive(snapshot, request)

/** True when no decision for the flow can have an assignment or a warning, so that a caller need not look at the request. */
export const isIdle = ({ active }: Snapshot, flow: Flow, override: Override): boolean =>
  active[flow] === undefined &&
  !toId(override.experiment_id) &&
  !toId(override.variation_id) &&
  !toId(override.segment_id)
