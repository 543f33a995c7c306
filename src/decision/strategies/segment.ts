/** `segment`: the first allocation whose segment matches the request wins, else the fallback. */

import type { Attributes } from '../snapshot/attributes.ts'
import { type Assignment, type Outcome, toDecision, toOutcome, toUnassigned } from '../snapshot/decision.ts'
import { toLookup } from '../snapshot/lookup.ts'
import type { AllocationData } from '../snapshot/snapshot.ts'
import type { Choose, Strategy, StrategyInput } from './strategy.ts'

const NO_SEGMENT_MATCHED = toUnassigned('no_segment_matched')
const NOTHING_KNOWN: Attributes = {}

/** An allocation whose segment may be matched or forced. */
interface Target {
  readonly segmentId: string
  readonly assignment: Assignment
}

const byPriority = (a: AllocationData, b: AllocationData): number =>
  (a.priority ?? Number.MAX_SAFE_INTEGER) - (b.priority ?? Number.MAX_SAFE_INTEGER)

const toTargets = ({ experiment, assign }: StrategyInput): readonly Target[] =>
  experiment.allocations.toSorted(byPriority).flatMap(({ variation_id, is_control, segment_id: segmentId }) => {
    const assignment = segmentId && assign(variation_id, { is_control, segment_id: segmentId })
    return segmentId && assignment ? { segmentId, assignment } : []
  })

const toFallback = ({ experiment, assign }: StrategyInput): Outcome => {
  const allocation = experiment.allocations.find(({ is_fallback }) => is_fallback)
  const assignment = allocation && assign(allocation.variation_id, { is_control: allocation.is_control })
  return assignment === undefined ? NO_SEGMENT_MATCHED : toOutcome('fallback', assignment)
}

export const segment: Strategy = {
  doc: 'The allocations are tried by priority, 1 first; the first whose segment matches wins, else the fallback.',
  compile: input => {
    const targets = toTargets(input)
    const fallback = toFallback(input)
    // An allocation of a segment that does not exist never matches, so it has no step.
    const steps = targets.flatMap(({ segmentId, assignment }) => {
      const matches = input.segments.get(segmentId)
      return matches === undefined ? [] : { matches, outcome: toOutcome('segment', assignment) }
    })
    const choose: Choose = ({ attributes }) => {
      const known = attributes ?? NOTHING_KNOWN
      for (const { matches, outcome } of steps) if (matches(known)) return outcome
      return fallback
    }
    const forced = targets.map(
      ({ segmentId, assignment }) => [segmentId, toDecision('forced_segment', assignment)] as const,
    )
    return { choose, forcedSegments: toLookup(forced) }
  },
}
