/** Experiments in the database: reading, creating, changing and deleting them. */

import { sql } from 'kysely'
import { type ApiError, apiError } from '../../model/error-codes.ts'
import {
  type Experiment,
  type ExperimentChange,
  type ExperimentCreation,
  requireAllocationCount,
} from '../../model/experiment.ts'
import { editExperiment, toAllocation } from '../../model/experiment-change.ts'
import { requireStorable } from '../../model/experiment-checks.ts'
import { editableFields } from '../../model/experiment-editability.ts'
import { requireDeletable } from '../../model/experiment-transition.ts'
import { requireLiveFlag } from '../../model/feature-flag-change.ts'
import { createId, isId } from '../../model/ids.ts'
import type { ConfigurationRead, ConfigurationWrite } from '../database/configuration-write.ts'
import { decodeCursor, type Page, toPage } from '../database/cursor.ts'
import { selectExperiments, toExperiment } from './experiment-row.ts'
import { insertExperiment, saveExperiment } from './experiment-save.ts'
import { loadSurroundings } from './experiment-surroundings.ts'
import { loadFeatureFlag } from './feature-flag-store.ts'
import { ofStatus } from './list-status.ts'

const inexistentExperiment = (id: string): ApiError =>
  apiError('inexistent_experiment', `There is no experiment ${JSON.stringify(id.slice(0, 64))}.`)

const findExperiment = async (read: ConfigurationRead, id: string): Promise<Experiment | undefined> => {
  if (!isId('experiment', id)) return undefined
  const row = await selectExperiments(read).where('experiments.experiment_id', '=', id).executeTakeFirst()
  return row && toExperiment(row)
}

/** @throws `inexistent_experiment` */
export const loadExperiment = async (read: ConfigurationRead, id: string): Promise<Experiment> => {
  const experiment = await findExperiment(read, id)
  if (!experiment) throw inexistentExperiment(id)
  return experiment
}

export interface ExperimentFilter {
  readonly from?: string | undefined
  readonly take: number
  readonly status?: Experiment['status'] | undefined
  /** A word of the wire, compared as it was written. */
  readonly authentication_flow?: string | undefined
  readonly feature_flag_id?: string | undefined
}

/** Experiments in order of creation; archived ones only where their status is asked for. @throws `invalid_cursor` */
export const listExperiments = async (
  read: ConfigurationRead,
  { from, take, status, authentication_flow: flow, feature_flag_id: flagId }: ExperimentFilter,
): Promise<Page<Experiment>> => {
  const list = { tenantId: read.tenantId, name: 'experiments' }
  const after = from === undefined ? undefined : decodeCursor(list, from)
  let query = selectExperiments(read).where(ofStatus('experiments.status', status))
  if (flow !== undefined) query = query.where(sql.ref<string>('experiments.authentication_flow'), '=', flow)
  if (flagId !== undefined) query = query.where('experiments.feature_flag_id', '=', flagId)
  if (after) {
    query = query.where(
      sql<boolean>`(experiments.created_at, experiments.experiment_id) > (${after.createdAt}, ${after.id})`,
    )
  }
  const rows = await query
    .orderBy('experiments.created_at')
    .orderBy('experiments.experiment_id')
    .limit(take + 1)
    .execute()
  return toPage(list, rows, take, {
    position: row => ({ createdAt: row.created_at, id: row.experiment_id }),
    item: toExperiment,
  })
}

/**
 * Creates a draft, which is not valid before it has been validated.
 *
 * @throws `inexistent_feature_flag`, `feature_flag_archived`, `experiment_exists`, and what `requireStorable` refuses
 */
export const createExperiment = async (
  write: ConfigurationWrite,
  creation: ExperimentCreation,
): Promise<Experiment> => {
  const { allocations = [], ...fields } = creation
  requireAllocationCount(allocations.length)
  const flag = await loadFeatureFlag(write, creation.feature_flag_id)
  requireLiveFlag(flag)
  const id = createId('experiment', write.random)
  const { description, levels, default_config = flag.type === 'auth0' ? ('tenant' as const) : undefined } = fields
  const experiment: Experiment = {
    id,
    experiment_id: id,
    name: fields.name,
    ...(description !== undefined && { description }),
    feature_flag_id: flag.id,
    authentication_flow: fields.authentication_flow,
    allocation_strategy: fields.allocation_strategy,
    assignment_config: fields.assignment_config,
    ...(default_config && { default_config }),
    ...(levels && { levels, current_level: null }),
    status: 'draft',
    is_valid: false,
    allocations: allocations.map(toAllocation),
    feature_flag_snapshot: null,
    editable_fields: editableFields('draft'),
    created_at: write.now.toISOString(),
    updated_at: write.now.toISOString(),
  }
  requireStorable(experiment, await loadSurroundings(write, experiment))
  await insertExperiment(write, experiment)
  return loadExperiment(write, id)
}

/** Changes fields, the status aside. @throws `inexistent_experiment`, `experiment_exists`, what `editExperiment` refuses */
export const updateExperiment = async (
  write: ConfigurationWrite,
  id: string,
  change: ExperimentChange,
): Promise<Experiment> => {
  requireAllocationCount(change.allocations?.length ?? 0)
  const before = await loadExperiment(write, id)
  const { allocations = before.allocations } = change
  const after = editExperiment(before, change, await loadSurroundings(write, { ...before, allocations }))
  await saveExperiment(write, before, after)
  return loadExperiment(write, id)
}

/** Deletes an experiment; one that is not there is as good as deleted. @throws `experiment_active` */
export const deleteExperiment = async (write: ConfigurationWrite, id: string): Promise<void> => {
  const experiment = await findExperiment(write, id)
  if (!experiment) return
  requireDeletable(experiment)
  await write.db
    .deleteFrom('experiments')
    .where('tenant_id', '=', write.tenantId)
    .where('experiment_id', '=', experiment.id)
    .execute()
}
