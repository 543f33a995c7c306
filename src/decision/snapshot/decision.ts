/** What `decide` is asked and what it answers. */

import type { Attributes } from './attributes.ts'
import type { AuthenticationFlow, Flow } from './flow.ts'
import { deepFreeze } from './freeze.ts'
import type { AllocationStrategy } from './snapshot.ts'
import type { Subjects } from './subject.ts'

/** The ids that a caller may force on one request; `variation_id` and `segment_id` need `experiment_id`. */
export interface Override {
  readonly experiment_id?: string | undefined
  readonly variation_id?: string | undefined
  readonly segment_id?: string | undefined
}

/** One request to decide for; what is left out is unknown. */
export interface DecisionRequest {
  /** The flow that is asked for; default `login`. */
  readonly flow?: Flow | undefined
  readonly subjects?: Subjects | undefined
  readonly attributes?: Attributes | undefined
  readonly override?: Override | undefined
}

/** Each parameter of the flag, wrapped: the variation's own value, or the flag's default. */
export type Config = { readonly [parameter: string]: { readonly value: unknown } }

/** The variation that a request is served, with everything that the login may know of it. */
export interface Assignment {
  readonly experiment_id: string
  readonly authentication_flow: AuthenticationFlow
  readonly variation_id: string
  readonly variation_name: string
  readonly variation_description?: string
  readonly config: Config
  readonly is_control: boolean
  readonly allocation_strategy: AllocationStrategy
  /** The segment that matched or was forced; absent for a fallback and for the percentage strategy. */
  readonly segment_id?: string
  /** The phase of the run whose configuration this is; absent before the first activation. */
  readonly phase?: number
}

/** Every reason of a decision. `auto` = of the active experiment, `explicit` = of the one that the request named. */
export const REASONS = {
  auto_percentage: 'The subject was hashed into a variation of the active experiment.',
  auto_segment: 'A segment of the active experiment matched.',
  auto_fallback: 'No segment of the active experiment matched; its fallback was taken.',
  explicit_percentage: 'The request named the experiment, and the subject was hashed into one of its variations.',
  explicit_segment: 'The request named the experiment, and one of its segments matched.',
  explicit_fallback: 'The request named the experiment, and none of its segments matched; its fallback was taken.',
  forced_variation: 'The request named the variation.',
  forced_segment: 'The request named the segment.',
  no_active_experiment: 'No assignment: no experiment of the flow is active.',
  other_flow: 'No assignment: the request named an experiment of another flow, and is in that one alone.',
  subject_unknown: 'No assignment: the subject that the experiment assigns is not known yet.',
  nothing_allocated: 'No assignment: no variation of the experiment has a weight.',
  no_segment_matched: 'No assignment: no segment matched and the experiment has no fallback.',
} as const

export type Reason = keyof typeof REASONS

/** Who chose an assignment: `auto` the server, `explicit` a request that named the experiment, `forced` one that named the outcome. */
export type AssignmentMethod = 'auto' | 'explicit' | 'forced'

/** Reasons that come with an assignment begin with its method. */
type AssignedReason = Extract<Reason, `${AssignmentMethod}_${string}`>

const METHODS: { readonly [Name in AssignedReason]: AssignmentMethod } = {
  auto_percentage: 'auto',
  auto_segment: 'auto',
  auto_fallback: 'auto',
  explicit_percentage: 'explicit',
  explicit_segment: 'explicit',
  explicit_fallback: 'explicit',
  forced_variation: 'forced',
  forced_segment: 'forced',
}

const isAssigned = (reason: Reason): reason is AssignedReason => Object.hasOwn(METHODS, reason)

/** The method of an assignment by its decision's reason; undefined for a decision without one. */
export const assignmentMethod = (reason: Reason): AssignmentMethod | undefined =>
  isAssigned(reason) ? METHODS[reason] : undefined

/** Every warning of a decision: what of an override could not be followed. */
export const WARNINGS = {
  experiment_not_found: 'The override names an experiment that does not exist.',
  experiment_flow_not_reached: 'The override names an experiment of a flow that the request does not lead to.',
  experiment_orphaned_params: 'The override names a variation or a segment without an experiment.',
  variation_not_found: "The override names a variation that is not of the experiment's flag.",
  segment_not_found: 'The override names a segment for which the experiment has no allocation.',
} as const

export type WarningCode = keyof typeof WARNINGS

export interface Warning {
  readonly code: WarningCode
  /** A sentence with the ids in question, for the tenant log. */
  readonly message: string
}

/** An answer; without warnings it is a shared frozen object, so that deciding allocates nothing. */
export interface Decision {
  readonly assignment: Assignment | null
  readonly reason: Reason
  readonly warnings: readonly Warning[]
}

/** A computed choice, as it is answered to an ordinary request and to one that named the experiment. */
export interface Outcome {
  readonly auto: Decision
  readonly explicit: Decision
}

/** A decision without warnings. */
export const toDecision = (reason: Reason, assignment: Assignment | null = null): Decision =>
  deepFreeze({ assignment, reason, warnings: [] })

/** The outcome of a choice that a strategy computed. */
export const toOutcome = (choice: 'percentage' | 'segment' | 'fallback', assignment: Assignment): Outcome =>
  deepFreeze({
    auto: toDecision(`auto_${choice}`, assignment),
    explicit: toDecision(`explicit_${choice}`, assignment),
  })

/** The outcome without an assignment, which is the same for every request. */
export const toUnassigned = (reason: Reason): Outcome => {
  const decision = toDecision(reason)
  return deepFreeze({ auto: decision, explicit: decision })
}
