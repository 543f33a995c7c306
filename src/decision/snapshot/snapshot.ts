/** What a decision is made from: plain data of one tenant, before it is compiled. Ids are plain strings here. */

import type { AuthenticationFlow } from './flow.ts'

export type AllocationStrategy = 'percentage' | 'segment'
export type SubjectKind = 'device' | 'user' | 'session'
export type ExperimentStatus = 'draft' | 'active' | 'paused' | 'completed' | 'archived'

/** A flag's parameters with their default values: the baseline. */
export interface FlagData {
  readonly id: string
  readonly parameters: { readonly [name: string]: { readonly value: unknown } }
}

export interface VariationData {
  readonly id: string
  readonly name: string
  readonly description?: string
  /** Raw values by parameter name; parameters that are absent keep the flag's default. */
  readonly overrides: { readonly [name: string]: unknown }
}

export interface AllocationData {
  readonly variation_id: string
  readonly is_control: boolean
  /** Percentage strategy: 0 to 100, down to 0.01. */
  readonly weight?: number
  /** Segment strategy: 1 is tried first. */
  readonly segment_id?: string
  readonly priority?: number
  readonly is_fallback?: boolean
}

export interface ExperimentData {
  readonly id: string
  readonly status: ExperimentStatus
  readonly authentication_flow: AuthenticationFlow
  /** The phase of its run; absent before the first activation. */
  readonly phase?: number
  readonly allocation_strategy: AllocationStrategy
  readonly subject: SubjectKind
  readonly flag: FlagData
  /** Every variation of the flag: an override may force one that has no allocation. */
  readonly variations: readonly VariationData[]
  readonly allocations: readonly AllocationData[]
  /** Segments as they were when the experiment was activated; they stand before those of the tenant. */
  readonly segments?: readonly SegmentData[]
  /** Ramp schedule in percent of exposure; absent or empty without a ramp. */
  readonly levels?: readonly number[]
  /** The level in force; before the first activation there is none, and the first of the schedule holds. */
  readonly current_level?: number | null
}

/** One condition of a rule, in the form that both wire forms are reduced to. */
export interface ConditionData {
  readonly attribute: string
  readonly operator: string
  readonly value?: unknown
}

/** All groups of a rule must hold; `none` holds when no condition of the group does. */
export interface RuleData {
  readonly groups: readonly { readonly kind: 'all' | 'any' | 'none'; readonly conditions: readonly ConditionData[] }[]
}

export interface SegmentData {
  readonly id: string
  /** A subject is in the segment when any rule matches. */
  readonly rules: readonly RuleData[]
}

export interface SnapshotData {
  /** Rises with every change; tells servers whether their copy is current. */
  readonly version: number
  /** Every experiment: overrides reach each status. Of the active ones, at most one decides each flow. */
  readonly experiments: readonly ExperimentData[]
  readonly segments: readonly SegmentData[]
}
