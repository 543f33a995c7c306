/** Reads what an experiment is checked against: its flag, the flag's variations, its segments, the active others. */

import type { Experiment } from '../../model/experiment.ts'
import type { ExperimentSurroundings } from '../../model/experiment-checks.ts'
import type { ConfigurationRead } from '../database/configuration-write.ts'
import { loadActiveLimit } from './active-limit-store.ts'
import { findFeatureFlag } from './feature-flag-store.ts'
import { segmentsOf } from './segment-store.ts'
import { variationsOf } from './variation-store.ts'

const activeOthers = (
  { db, tenantId }: ConfigurationRead,
  id: string,
): Promise<ExperimentSurroundings['activeOthers']> =>
  db
    .selectFrom('experiments')
    .select(['experiment_id as id', 'authentication_flow'])
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'active')
    .where('experiment_id', '<>', id)
    .execute()

/** Call it inside a write: then what it reads stays true until the write commits. */
export const loadSurroundings = async (
  read: ConfigurationRead,
  experiment: Pick<Experiment, 'id' | 'feature_flag_id'> & {
    readonly allocations: readonly { readonly segment_id?: string | undefined }[]
  },
): Promise<ExperimentSurroundings> => ({
  flag: await findFeatureFlag(read, experiment.feature_flag_id),
  variations: await variationsOf(read, experiment.feature_flag_id),
  segments: await segmentsOf(
    read,
    experiment.allocations.flatMap(({ segment_id }) => segment_id ?? []),
  ),
  activeOthers: await activeOthers(read, experiment.id),
  activeLimit: await loadActiveLimit(read),
})
