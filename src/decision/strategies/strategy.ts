/** What an allocation strategy is: it compiles an experiment into a plan. */

import type { Assign } from '../snapshot/assignment.ts'
import type { Decision, DecisionRequest, Outcome } from '../snapshot/decision.ts'
import type { Lookup } from '../snapshot/lookup.ts'
import type { ExperimentData } from '../snapshot/snapshot.ts'
import type { AttributesPredicate } from '../targeting/segment.ts'

/** Computes a request's outcome in one experiment; total and pure. */
export type Choose = (request: DecisionRequest) => Outcome

export interface StrategyInput {
  readonly experiment: ExperimentData
  readonly assign: Assign
  /** Every segment of the tenant, by id. */
  readonly segments: ReadonlyMap<string, AttributesPredicate>
}

export interface Plan {
  readonly choose: Choose
  /** What forcing each segment of the experiment leads to, by the segment's id. */
  readonly forcedSegments: Lookup<Decision>
}

export interface Strategy {
  readonly doc: string
  readonly compile: (input: StrategyInput) => Plan
}
