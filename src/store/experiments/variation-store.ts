/** The variations of a feature flag in the database. */

import type { Selectable } from 'kysely'
import { apiError } from '../../model/error-codes.ts'
import type { FeatureFlag } from '../../model/feature-flag.ts'
import { requireLiveFlag } from '../../model/feature-flag-change.ts'
import { createId, isId } from '../../model/ids.ts'
import { changeOverrides, requireOverrides } from '../../model/override.ts'
import {
  requireAnotherVariation,
  requireRoomForVariation,
  type Variation,
  type VariationChange,
  type VariationCreation,
} from '../../model/variation.ts'
import {
  type ConfigurationRead,
  type ConfigurationWrite,
  refuseWhileReferenced,
} from '../database/configuration-write.ts'
import type { Database } from '../database/schema.ts'
import { loadFeatureFlag } from './feature-flag-store.ts'

type VariationRow = Selectable<Database['variations']>

/** The wire object of a row. */
export const toVariation = (row: VariationRow): Variation => ({
  id: row.variation_id,
  variation_id: row.variation_id,
  feature_flag_id: row.feature_flag_id,
  name: row.name,
  ...(row.description !== null && { description: row.description }),
  overrides: row.overrides,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
})

const rowsOf = ({ db, tenantId }: ConfigurationRead, flagId: string) =>
  db
    .selectFrom('variations')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('feature_flag_id', '=', flagId)
    .orderBy('created_at')
    .orderBy('variation_id')

/** All variations of a flag that exists, in order of creation: at most 20, so there are no pages. */
export const variationsOf = async (read: ConfigurationRead, flagId: string): Promise<readonly Variation[]> =>
  (await rowsOf(read, flagId).execute()).map(toVariation)

/** @throws `inexistent_feature_flag` */
export const listVariations = async (read: ConfigurationRead, flagId: string): Promise<readonly Variation[]> => {
  const flag = await loadFeatureFlag(read, flagId)
  return variationsOf(read, flag.id)
}

const findRow = async (read: ConfigurationRead, flagId: string, id: string): Promise<VariationRow | undefined> =>
  isId('variation', id) ? rowsOf(read, flagId).where('variation_id', '=', id).executeTakeFirst() : undefined

const loadRow = async (read: ConfigurationRead, flagId: string, id: string): Promise<VariationRow> => {
  const row = await findRow(read, flagId, id)
  if (row) return row
  const name = JSON.stringify(id.slice(0, 64))
  throw apiError('inexistent_variation', `The feature flag ${flagId} has no variation ${name}.`)
}

/** @throws `inexistent_feature_flag`, `inexistent_variation` */
export const loadVariation = async (read: ConfigurationRead, flagId: string, id: string): Promise<Variation> => {
  const flag = await loadFeatureFlag(read, flagId)
  return toVariation(await loadRow(read, flag.id, id))
}

const loadLiveFlag = async (read: ConfigurationRead, flagId: string): Promise<FeatureFlag> => {
  const flag = await loadFeatureFlag(read, flagId)
  requireLiveFlag(flag)
  return flag
}

/** @throws `variation_limit_exceeded`, `variation_exists`, and what the overrides are refused for */
export const createVariation = async (
  write: ConfigurationWrite,
  flagId: string,
  { name, description, overrides }: VariationCreation,
): Promise<Variation> => {
  const flag = await loadLiveFlag(write, flagId)
  requireRoomForVariation((await variationsOf(write, flag.id)).length)
  requireOverrides(flag.parameters, overrides)
  const row = await write.db
    .insertInto('variations')
    .values({
      tenant_id: write.tenantId,
      variation_id: createId('variation', write.random),
      feature_flag_id: flag.id,
      name,
      description: description ?? null,
      overrides: JSON.stringify(overrides),
      created_at: write.now,
      updated_at: write.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toVariation(row)
}

/**
 * Changes a variation; a change of nothing writes nothing.
 *
 * @throws `inexistent_variation`, `variation_exists`, and what the overrides are refused for
 */
export const updateVariation = async (
  write: ConfigurationWrite,
  flagId: string,
  id: string,
  change: VariationChange,
): Promise<Variation> => {
  if (Object.keys(change).length === 0) return loadVariation(write, flagId, id)
  const { name, description, overrides } = change
  const flag = await loadLiveFlag(write, flagId)
  const row = await loadRow(write, flag.id, id)
  const changed = await write.db
    .updateTable('variations')
    .set({
      name: name ?? row.name,
      description: description === undefined ? row.description : description,
      overrides: JSON.stringify(
        overrides === undefined ? row.overrides : changeOverrides(flag.parameters, row.overrides, overrides),
      ),
      updated_at: write.now,
    })
    .where('tenant_id', '=', write.tenantId)
    .where('variation_id', '=', row.variation_id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toVariation(changed)
}

/**
 * Deletes a variation; one that the flag does not have is as good as deleted.
 *
 * @throws `inexistent_feature_flag`, `variation_last`, `variation_in_use`
 */
export const deleteVariation = async (write: ConfigurationWrite, flagId: string, id: string): Promise<void> => {
  const flag = await loadFeatureFlag(write, flagId)
  const row = await findRow(write, flag.id, id)
  if (!row) return
  requireLiveFlag(flag)
  requireAnotherVariation((await variationsOf(write, flag.id)).length)
  await refuseWhileReferenced(
    'variation_in_use',
    `An experiment that is not archived allocates the variation ${id}; archive or delete the experiment first.`,
    write.db
      .deleteFrom('variations')
      .where('tenant_id', '=', write.tenantId)
      .where('variation_id', '=', row.variation_id)
      .execute(),
  )
}
