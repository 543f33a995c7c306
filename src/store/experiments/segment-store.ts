/** Segments in the database: reading, creating, changing and deleting them. */

import { type Selectable, sql } from 'kysely'
import { type ApiError, apiError } from '../../model/error-codes.ts'
import { createId, isId } from '../../model/ids.ts'
import {
  changeSegment,
  requireOwnSegment,
  type Segment,
  type SegmentChange,
  type SegmentCreation,
} from '../../model/segment.ts'
import { requireRuleSizes, type SegmentRule } from '../../model/segment-rule.ts'
import {
  type ConfigurationRead,
  type ConfigurationWrite,
  refuseWhileReferenced,
} from '../database/configuration-write.ts'
import { decodeCursor, type Page, toPage } from '../database/cursor.ts'
import type { Database } from '../database/schema.ts'
import { ofStatus } from './list-status.ts'

type SegmentRow = Selectable<Database['segments']>

/** The wire object of a row. */
export const toSegment = (row: SegmentRow): Segment => ({
  id: row.segment_id,
  segment_id: row.segment_id,
  name: row.name,
  ...(row.description !== null && { description: row.description }),
  type: row.type,
  status: row.status,
  rules: row.rules as SegmentRule[], // rows hold what `segmentRuleSchema` accepted
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
})

const inexistentSegment = (id: string): ApiError =>
  apiError('inexistent_segment', `There is no segment ${JSON.stringify(id.slice(0, 64))}.`)

/** Those of the ids that exist, in no order. */
export const segmentsOf = async (
  { db, tenantId }: ConfigurationRead,
  ids: readonly string[],
): Promise<readonly Segment[]> => {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('segments')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('segment_id', 'in', ids)
    .execute()
  return rows.map(toSegment)
}

const findSegment = async (read: ConfigurationRead, id: string): Promise<Segment | undefined> =>
  isId('segment', id) ? (await segmentsOf(read, [id]))[0] : undefined

/** @throws `inexistent_segment` */
export const loadSegment = async (read: ConfigurationRead, id: string): Promise<Segment> => {
  const segment = await findSegment(read, id)
  if (!segment) throw inexistentSegment(id)
  return segment
}

export interface SegmentFilter {
  readonly from?: string | undefined
  readonly take: number
  readonly type?: Segment['type'] | undefined
  readonly status?: Segment['status'] | undefined
}

/** Segments in order of creation; archived ones only where their status is asked for. @throws `invalid_cursor` */
export const listSegments = async (
  { db, tenantId }: ConfigurationRead,
  { from, take, type, status }: SegmentFilter,
): Promise<Page<Segment>> => {
  const list = { tenantId, name: 'segments' }
  const after = from === undefined ? undefined : decodeCursor(list, from)
  let query = db.selectFrom('segments').selectAll().where('tenant_id', '=', tenantId)
  if (type) query = query.where('type', '=', type)
  query = query.where(ofStatus('status', status))
  if (after) query = query.where(sql<boolean>`(created_at, segment_id) > (${after.createdAt}, ${after.id})`)
  const rows = await query
    .orderBy('created_at')
    .orderBy('segment_id')
    .limit(take + 1)
    .execute()
  return toPage(list, rows, take, {
    position: row => ({ createdAt: row.created_at, id: row.segment_id }),
    item: toSegment,
  })
}

/** @throws `segment_too_large`, `segment_exists` */
export const createSegment = async (
  { db, tenantId, now, random }: ConfigurationWrite,
  { name, description, rules }: SegmentCreation,
): Promise<Segment> => {
  requireRuleSizes(rules)
  const row = await db
    .insertInto('segments')
    .values({
      tenant_id: tenantId,
      segment_id: createId('segment', random),
      name,
      description: description ?? null,
      rules: JSON.stringify(rules),
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toSegment(row)
}

const activeExperimentOf = async ({ db, tenantId }: ConfigurationRead, id: string): Promise<string | undefined> => {
  const row = await db
    .selectFrom('allocations')
    .innerJoin('experiments', join =>
      join
        .onRef('experiments.tenant_id', '=', 'allocations.tenant_id')
        .onRef('experiments.experiment_id', '=', 'allocations.experiment_id'),
    )
    .select('experiments.experiment_id')
    .where('allocations.tenant_id', '=', tenantId)
    .where('allocations.segment_id', '=', id)
    .where('experiments.status', '=', 'active')
    .limit(1)
    .executeTakeFirst()
  return row?.experiment_id
}

/** @throws `inexistent_segment`, `segment_exists`, and what `changeSegment` refuses */
export const updateSegment = async (write: ConfigurationWrite, id: string, change: SegmentChange): Promise<Segment> => {
  const segment = await loadSegment(write, id)
  const changed = changeSegment(segment, change, { activeExperimentId: await activeExperimentOf(write, segment.id) })
  if (changed === segment) return segment
  const row = await write.db
    .updateTable('segments')
    .set({
      name: changed.name,
      description: changed.description ?? null,
      status: changed.status,
      rules: JSON.stringify(changed.rules),
      updated_at: write.now,
    })
    .where('tenant_id', '=', write.tenantId)
    .where('segment_id', '=', segment.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toSegment(row)
}

/** Deletes a segment; one that is not there is as good as deleted. @throws `segment_not_modifiable`, `segment_in_use` */
export const deleteSegment = async (write: ConfigurationWrite, id: string): Promise<void> => {
  const segment = await findSegment(write, id)
  if (!segment) return
  requireOwnSegment(segment)
  await refuseWhileReferenced(
    'segment_in_use',
    `An experiment that is not archived allocates by the segment ${segment.id}; archive or delete the experiment first.`,
    write.db
      .deleteFrom('segments')
      .where('tenant_id', '=', write.tenantId)
      .where('segment_id', '=', segment.id)
      .execute(),
  )
}
