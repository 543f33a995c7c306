/** How an experiment is written: its row and its allocations. */

import type { Insertable } from 'kysely'
import type { Allocation } from '../../model/allocation.ts'
import type { Experiment } from '../../model/experiment.ts'
import { phaseCause, sharesOf } from '../../model/experiment-phase.ts'
import type { ConfigurationWrite } from '../database/configuration-write.ts'
import type { Database } from '../database/schema.ts'
import { loadActiveLimit } from './active-limit-store.ts'

const toJson = (value: object | null | undefined): string | null => (value ? JSON.stringify(value) : null)

const toDate = (time: string | undefined): Date | null => (time === undefined ? null : new Date(time))

/** Everything that can change after the creation. */
const toColumns = (experiment: Experiment) => ({
  name: experiment.name,
  description: experiment.description ?? null,
  authentication_flow: experiment.authentication_flow,
  subject: experiment.assignment_config.subject,
  default_config: experiment.default_config ?? null,
  levels: experiment.levels ?? null,
  current_level: experiment.current_level ?? null,
  status: experiment.status,
  is_valid: experiment.is_valid,
  feature_flag_snapshot: toJson(experiment.feature_flag_snapshot),
  started_at: toDate(experiment.started_at),
  ended_at: toDate(experiment.ended_at),
})

const toAllocationRow = (
  allocation: Allocation,
  position: number,
): Omit<Insertable<Database['allocations']>, 'tenant_id' | 'experiment_id'> => ({
  position,
  variation_id: allocation.variation_id,
  segment_id: allocation.segment_id ?? null,
  weight: allocation.weight ?? null,
  priority: allocation.priority ?? null,
  is_control: allocation.is_control,
  is_fallback: allocation.is_fallback ?? null,
  variation_snapshot: toJson(allocation.variation_snapshot),
  segment_snapshot: toJson(allocation.segment_snapshot),
})

const insertAllocations = async ({ db, tenantId }: ConfigurationWrite, experiment: Experiment): Promise<void> => {
  if (experiment.allocations.length === 0) return
  const keys = { tenant_id: tenantId, experiment_id: experiment.id }
  await db
    .insertInto('allocations')
    .values(experiment.allocations.map((allocation, at) => ({ ...keys, ...toAllocationRow(allocation, at) })))
    .execute()
}

const deleteAllocations = async ({ db, tenantId }: ConfigurationWrite, { id }: Experiment): Promise<void> => {
  await db.deleteFrom('allocations').where('tenant_id', '=', tenantId).where('experiment_id', '=', id).execute()
}

export const insertExperiment = async (write: ConfigurationWrite, experiment: Experiment): Promise<void> => {
  const { id, feature_flag_id, allocation_strategy } = experiment
  await write.db
    .insertInto('experiments')
    .values({
      tenant_id: write.tenantId,
      experiment_id: id,
      feature_flag_id,
      allocation_strategy,
      ...toColumns(experiment),
      active_experiments: await loadActiveLimit(write),
      created_at: write.now,
      updated_at: write.now,
    })
    .execute()
  await insertAllocations(write, experiment)
}

/** Writes down the phase that a change begins. Its row is never changed: an analysis tells by it what decided when. */
const beginPhase = async (write: ConfigurationWrite, before: Experiment, after: Experiment): Promise<void> => {
  const cause = phaseCause(before, after)
  if (cause === undefined) return
  await write.db
    .insertInto('experiment_phases')
    .values({
      tenant_id: write.tenantId,
      experiment_id: after.id,
      phase: (before.phase ?? 0) + 1,
      cause,
      started_at: write.now,
      subject: after.assignment_config.subject,
      level: after.current_level ?? null,
      allocations: JSON.stringify(sharesOf(after.allocations)),
    })
    .execute()
}

/**
 * Writes what `before` became, and the phase that begins with it. Archiving turns the allocations into a plain record, so that the flag, the variations
 * and the segments that they name can be deleted.
 */
export const saveExperiment = async (
  write: ConfigurationWrite,
  before: Experiment,
  after: Experiment,
): Promise<void> => {
  const isArchived = after.status === 'archived'
  await write.db
    .updateTable('experiments')
    .set({
      ...toColumns(after),
      archived_allocations: isArchived ? JSON.stringify(after.allocations) : null,
      updated_at: write.now,
    })
    .where('tenant_id', '=', write.tenantId)
    .where('experiment_id', '=', after.id)
    .execute()
  await beginPhase(write, before, after)
  if (!isArchived && after.allocations === before.allocations) return
  await deleteAllocations(write, after)
  if (!isArchived) await insertAllocations(write, after)
}
