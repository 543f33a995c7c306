/** The tables of feature flags, segments and experiments. */

import type { Generated, GeneratedAlways } from 'kysely'
import type { FlowWord } from '../../../model/authentication-flow.ts'
import type { PhaseCause } from '../../../model/experiment-phase.ts'
import type { ActiveLimit } from '../../../model/experimentation-settings.ts'
import type { JsonColumn, Timestamp } from './column.ts'

interface FeatureFlagsTable {
  tenant_id: string
  feature_flag_id: string
  name: string
  description: string | null
  type: Generated<'self' | 'auth0'>
  status: Generated<'draft' | 'active' | 'archived'>
  parameters: JsonColumn<Record<string, { type: string; value: unknown; description?: string }>>
  created_at: Timestamp
  updated_at: Timestamp
}

interface VariationsTable {
  tenant_id: string
  variation_id: string
  feature_flag_id: string
  name: string
  description: string | null
  /** By parameter name, each value as it was written: raw, or wrapped as `{value}`. */
  overrides: JsonColumn<Record<string, unknown>>
  created_at: Timestamp
  updated_at: Timestamp
}

interface SegmentsTable {
  tenant_id: string
  segment_id: string
  name: string
  description: string | null
  type: Generated<'self' | 'auth0'>
  status: Generated<'active' | 'archived'>
  /** In the form in which they were written. */
  rules: JsonColumn<readonly object[]>
  created_at: Timestamp
  updated_at: Timestamp
}

interface ExperimentsTable {
  tenant_id: string
  experiment_id: string
  name: string
  description: string | null
  feature_flag_id: string
  live_feature_flag_id: GeneratedAlways<string | null>
  authentication_flow: FlowWord
  allocation_strategy: 'percentage' | 'segment'
  subject: Generated<'device' | 'user' | 'session'>
  default_config: 'tenant' | 'flag' | null
  levels: number[] | null
  current_level: number | null
  status: Generated<'draft' | 'active' | 'paused' | 'completed' | 'archived'>
  /** The tenant's choice, kept equal to its row's by a foreign key. */
  active_experiments: Generated<ActiveLimit>
  is_valid: Generated<boolean>
  feature_flag_snapshot: JsonColumn<object> | null
  archived_allocations: JsonColumn<readonly object[]> | null
  started_at: Timestamp | null
  ended_at: Timestamp | null
  created_at: Timestamp
  updated_at: Timestamp
}

interface AllocationsTable {
  tenant_id: string
  experiment_id: string
  position: number
  variation_id: string
  segment_id: string | null
  /** numeric: parsed to a number by the driver's type parser (see database.ts). */
  weight: number | null
  priority: number | null
  is_control: boolean
  is_fallback: boolean | null
  variation_snapshot: JsonColumn<object> | null
  segment_snapshot: JsonColumn<object> | null
}

/** Written once, when the phase begins. */
interface ExperimentPhasesTable {
  tenant_id: string
  experiment_id: string
  /** From 1. */
  phase: number
  cause: PhaseCause
  started_at: Timestamp
  subject: 'device' | 'user' | 'session'
  level: number | null
  /** What the traffic is divided by from then on. */
  allocations: JsonColumn<readonly object[]>
}

export interface ExperimentTables {
  feature_flags: FeatureFlagsTable
  variations: VariationsTable
  segments: SegmentsTable
  experiments: ExperimentsTable
  allocations: AllocationsTable
  experiment_phases: ExperimentPhasesTable
}
