/** Changing a feature flag, status included: fields and transition are written together or not at all. */

import type { FeatureFlag, FeatureFlagChange } from '../../model/feature-flag.ts'
import { changeFeatureFlag } from '../../model/feature-flag-change.ts'
import type { ConfigurationRead, ConfigurationWrite } from '../database/configuration-write.ts'
import { loadFeatureFlag, toFeatureFlag } from './feature-flag-store.ts'
import { variationsOf } from './variation-store.ts'

const activeExperimentOf = async ({ db, tenantId }: ConfigurationRead, flagId: string): Promise<string | undefined> => {
  const row = await db
    .selectFrom('experiments')
    .select('experiment_id')
    .where('tenant_id', '=', tenantId)
    .where('feature_flag_id', '=', flagId)
    .where('status', '=', 'active')
    .executeTakeFirst()
  return row?.experiment_id
}

/** @throws `inexistent_feature_flag`, `feature_flag_exists`, and what `changeFeatureFlag` refuses */
export const updateFeatureFlag = async (
  write: ConfigurationWrite,
  id: string,
  change: FeatureFlagChange,
): Promise<FeatureFlag> => {
  const flag = await loadFeatureFlag(write, id)
  const changed = changeFeatureFlag(flag, change, {
    variations: await variationsOf(write, flag.id),
    activeExperimentId: await activeExperimentOf(write, flag.id),
  })
  if (changed === flag) return flag
  const row = await write.db
    .updateTable('feature_flags')
    .set({
      name: changed.name,
      description: changed.description ?? null,
      status: changed.status,
      parameters: JSON.stringify(changed.parameters),
      updated_at: write.now,
    })
    .where('tenant_id', '=', write.tenantId)
    .where('feature_flag_id', '=', flag.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toFeatureFlag(row)
}
