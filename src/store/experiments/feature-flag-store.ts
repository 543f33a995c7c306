/** Feature flags in the database: reading, creating and deleting them. */

import { type Selectable, sql } from 'kysely'
import { type ApiError, apiError } from '../../model/error-codes.ts'
import type { FeatureFlag, FeatureFlagCreation } from '../../model/feature-flag.ts'
import { requireOwnFlag } from '../../model/feature-flag-change.ts'
import { createId, isId } from '../../model/ids.ts'
import { type Parameters, requireParameters } from '../../model/parameter.ts'
import {
  type ConfigurationRead,
  type ConfigurationWrite,
  refuseWhileReferenced,
} from '../database/configuration-write.ts'
import { decodeCursor, type Page, toPage } from '../database/cursor.ts'
import type { Database } from '../database/schema.ts'
import { ofStatus } from './list-status.ts'

type FeatureFlagRow = Selectable<Database['feature_flags']>

/** The wire object of a row. */
export const toFeatureFlag = (row: FeatureFlagRow): FeatureFlag => ({
  id: row.feature_flag_id,
  feature_flag_id: row.feature_flag_id,
  name: row.name,
  ...(row.description !== null && { description: row.description }),
  type: row.type,
  status: row.status,
  parameters: row.parameters as Parameters, // rows hold what `parametersSchema` accepted
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
})

export const inexistentFeatureFlag = (id: string): ApiError =>
  apiError('inexistent_feature_flag', `There is no feature flag ${JSON.stringify(id.slice(0, 64))}.`)

/** The flag of an id, or undefined. */
export const findFeatureFlag = async (
  { db, tenantId }: ConfigurationRead,
  id: string,
): Promise<FeatureFlag | undefined> => {
  if (!isId('feature_flag', id)) return undefined
  const row = await db
    .selectFrom('feature_flags')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('feature_flag_id', '=', id)
    .executeTakeFirst()
  return row && toFeatureFlag(row)
}

/** @throws `inexistent_feature_flag` */
export const loadFeatureFlag = async (read: ConfigurationRead, id: string): Promise<FeatureFlag> => {
  const flag = await findFeatureFlag(read, id)
  if (!flag) throw inexistentFeatureFlag(id)
  return flag
}

export interface FeatureFlagFilter {
  readonly from?: string | undefined
  readonly take: number
  readonly type?: FeatureFlag['type'] | undefined
  readonly status?: FeatureFlag['status'] | undefined
}

/** Flags in order of creation; archived ones only where their status is asked for. @throws `invalid_cursor` */
export const listFeatureFlags = async (
  { db, tenantId }: ConfigurationRead,
  { from, take, type, status }: FeatureFlagFilter,
): Promise<Page<FeatureFlag>> => {
  const list = { tenantId, name: 'feature_flags' }
  const after = from === undefined ? undefined : decodeCursor(list, from)
  let query = db.selectFrom('feature_flags').selectAll().where('tenant_id', '=', tenantId)
  if (type) query = query.where('type', '=', type)
  query = query.where(ofStatus('status', status))
  if (after) query = query.where(sql<boolean>`(created_at, feature_flag_id) > (${after.createdAt}, ${after.id})`)
  const rows = await query
    .orderBy('created_at')
    .orderBy('feature_flag_id')
    .limit(take + 1)
    .execute()
  return toPage(list, rows, take, {
    position: row => ({ createdAt: row.created_at, id: row.feature_flag_id }),
    item: toFeatureFlag,
  })
}

/** Creates a flag as a draft. @throws `parameter_type_mismatch`, `parameter_value_too_large`, `feature_flag_exists` */
export const createFeatureFlag = async (
  { db, tenantId, now, random }: ConfigurationWrite,
  { name, description, parameters }: FeatureFlagCreation,
): Promise<FeatureFlag> => {
  requireParameters(parameters)
  const row = await db
    .insertInto('feature_flags')
    .values({
      tenant_id: tenantId,
      feature_flag_id: createId('feature_flag', random),
      name,
      description: description ?? null,
      parameters: JSON.stringify(parameters),
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toFeatureFlag(row)
}

/**
 * Deletes a flag with its variations; one that is not there is as good as deleted.
 *
 * @throws `feature_flag_not_modifiable`, `feature_flag_in_use`
 */
export const deleteFeatureFlag = async (write: ConfigurationWrite, id: string): Promise<void> => {
  const flag = await findFeatureFlag(write, id)
  if (!flag) return
  requireOwnFlag(flag)
  await refuseWhileReferenced(
    'feature_flag_in_use',
    `An experiment that is not archived uses the feature flag ${flag.id}; archive or delete the experiment first.`,
    write.db
      .deleteFrom('feature_flags')
      .where('tenant_id', '=', write.tenantId)
      .where('feature_flag_id', '=', flag.id)
      .execute(),
  )
}
