/** The sentences of a decision's warnings. */

import type { Warning } from './snapshot/decision.ts'
import type { AuthenticationFlow } from './snapshot/flow.ts'

const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A request may carry anything as an id: only printable ASCII reaches a terminal or a log, and not much of it. */
const quote = (id: string): string => JSON.stringify(id.slice(0, 64)).replace(/[^ -~]/g, escapeUnit)

export const experimentNotFound = (experimentId: string): Warning => ({
  code: 'experiment_not_found',
  message: `Experiment ${quote(experimentId)} does not exist: the override was ignored.`,
})

export const flowNotReached = (experimentId: string, flow: AuthenticationFlow): Warning => ({
  code: 'experiment_flow_not_reached',
  message: `Experiment ${quote(experimentId)} is of the flow ${flow}, which this request does not lead to: the override was ignored.`,
})

export const orphanedParams = (variationId: string | undefined, segmentId: string | undefined): Warning => {
  const variation = variationId === undefined ? [] : [`variation_id ${quote(variationId)}`]
  const segment = segmentId === undefined ? [] : [`segment_id ${quote(segmentId)}`]
  return {
    code: 'experiment_orphaned_params',
    message: `Without experiment_id, ${[...variation, ...segment].join(' and ')} cannot be followed: the override was ignored.`,
  }
}

export const variationNotFound = (experimentId: string, variationId: string): Warning => ({
  code: 'variation_not_found',
  message: `Experiment ${quote(experimentId)} has no variation ${quote(variationId)}: variation_id was ignored.`,
})

export const segmentNotFound = (experimentId: string, segmentId: string): Warning => ({
  code: 'segment_not_found',
  message: `Experiment ${quote(experimentId)} has no allocation for segment ${quote(segmentId)}: segment_id was ignored.`,
})
