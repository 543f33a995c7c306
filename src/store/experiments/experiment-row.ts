/** How an experiment is read: one row with its allocations and names, from one statement, as the wire object. */

import type { Selectable } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Allocation } from '../../model/allocation.ts'
import type { Experiment } from '../../model/experiment.ts'
import { editableFields } from '../../model/experiment-editability.ts'
import type { FeatureFlag } from '../../model/feature-flag.ts'
import type { Segment } from '../../model/segment.ts'
import type { Variation } from '../../model/variation.ts'
import type { ConfigurationRead } from '../database/configuration-write.ts'
import type { Database } from '../database/schema.ts'

/**
 * The tenant's experiments with names, allocations and the phase. One statement, so that what it reads belongs together even
 * while a write commits. Callers add their conditions; columns need the name of their table.
 */
export const selectExperiments = ({ db, tenantId }: ConfigurationRead) =>
  db
    .selectFrom('experiments')
    .leftJoin('feature_flags', join =>
      join
        .onRef('feature_flags.tenant_id', '=', 'experiments.tenant_id')
        .onRef('feature_flags.feature_flag_id', '=', 'experiments.feature_flag_id'),
    )
    .selectAll('experiments')
    .select('feature_flags.name as feature_flag_name')
    .select(({ selectFrom }) =>
      jsonArrayFrom(
        selectFrom('allocations')
          .leftJoin('variations', join =>
            join
              .onRef('variations.tenant_id', '=', 'allocations.tenant_id')
              .onRef('variations.variation_id', '=', 'allocations.variation_id'),
          )
          .leftJoin('segments', join =>
            join
              .onRef('segments.tenant_id', '=', 'allocations.tenant_id')
              .onRef('segments.segment_id', '=', 'allocations.segment_id'),
          )
          .selectAll('allocations')
          .select(['variations.name as variation_name', 'segments.name as segment_name'])
          .whereRef('allocations.tenant_id', '=', 'experiments.tenant_id')
          .whereRef('allocations.experiment_id', '=', 'experiments.experiment_id')
          .orderBy('allocations.position'),
      ).as('allocations'),
    )
    .select(({ selectFrom }) =>
      selectFrom('experiment_phases')
        .select(({ fn }) => fn.max('phase').as('phase'))
        .whereRef('experiment_phases.tenant_id', '=', 'experiments.tenant_id')
        .whereRef('experiment_phases.experiment_id', '=', 'experiments.experiment_id')
        .as('phase'),
    )
    .where('experiments.tenant_id', '=', tenantId)

type AllocationRow = Selectable<Database['allocations']> & {
  readonly variation_name: string | null
  readonly segment_name: string | null
}

export type ExperimentRow = Selectable<Database['experiments']> & {
  readonly feature_flag_name: string | null
  readonly phase: number | null
  readonly allocations: readonly AllocationRow[]
}

/** Leaves out what is null: the wire omits what is not set. */
const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Present<T> // the nulls are gone

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], null> }

const toAllocation = (row: AllocationRow): Allocation => {
  const { variation_name, weight, segment_id, segment_name, priority, is_fallback } = row
  return {
    variation_id: row.variation_id,
    is_control: row.is_control,
    ...present({ variation_name, weight, segment_id, segment_name, priority, is_fallback }),
    variation_snapshot: row.variation_snapshot as Variation | null, // written by an activation
    ...(segment_id !== null && { segment_snapshot: row.segment_snapshot as Segment | null }), // likewise
  }
}

const toTime = (date: Date | null): string | null => date?.toISOString() ?? null

/** The wire object of a row. An archived experiment answers with the allocations that it had. */
export const toExperiment = (row: ExperimentRow): Experiment => {
  const { description, default_config, levels } = row
  const snapshot = row.feature_flag_snapshot as FeatureFlag | null // written by an activation
  return {
    id: row.experiment_id,
    experiment_id: row.experiment_id,
    name: row.name,
    ...present({ description }),
    feature_flag_id: row.feature_flag_id,
    ...present({ feature_flag_name: row.feature_flag_name ?? snapshot?.name ?? null }),
    authentication_flow: row.authentication_flow,
    allocation_strategy: row.allocation_strategy,
    assignment_config: { subject: row.subject },
    ...present({ default_config, levels }),
    ...(levels && { current_level: row.current_level }),
    status: row.status,
    is_valid: row.is_valid,
    allocations: (row.archived_allocations as Allocation[] | null) ?? row.allocations.map(toAllocation), // from wire objects
    feature_flag_snapshot: snapshot,
    ...present({ phase: row.phase }),
    editable_fields: editableFields(row.status),
    ...present({ started_at: toTime(row.started_at), ended_at: toTime(row.ended_at) }),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
