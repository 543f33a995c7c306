/** Reads what an experiment is checked against: its flag, the flag's variations, its segments, the active rival. */

import type { Experiment } from '../model/experiment.ts'
import type { ExperimentSurroundings } from '../model/experiment-checks.ts'
import type { ConfigurationRead } from './configuration-write.ts'
import { findFeatureFlag } from './feature-flag-store.ts'
import { segmentsOf } from './segment-store.ts'
import { variationsOf } from './variation-store.ts'

const activeRivalOf = async ({ db, tenantId }: ConfigurationRead, id: string): Promise<string | undefined> => {
  const row = await db
    .selectFrom('experiments')
    .select('experiment_id')
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'active')
    .where('experiment_id', '<>', id)
    .executeTakeFirst()
  return row?.experiment_id
}

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
  activeExperimentId: await activeRivalOf(read, experiment.id),
})
