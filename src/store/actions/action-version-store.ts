/** Versions of Actions in the database: written once, numbered, pruned. */

import { sql } from 'kysely'
import {
  type Action,
  type ActionContent,
  type ActionVersion,
  type BuildError,
  MAX_ACTION_VERSIONS,
} from '../../model/action.ts'
import { createUuid, isUuid } from '../../model/action-id.ts'
import { apiError } from '../../model/error-codes.ts'
import type { ConfigurationRead, ConfigurationWrite } from '../database/configuration-write.ts'
import { toStorableText } from '../database/storable-text.ts'
import { toContent, toContentColumns, toVersion, VERSION_COLUMNS } from './action-row.ts'
import { inexistentAction, type Numbered, type Paging } from './action-store.ts'

const versionRows = ({ db, tenantId }: ConfigurationRead, actionId: string) =>
  db
    .selectFrom('action_versions')
    .select(VERSION_COLUMNS)
    .where('tenant_id', '=', tenantId)
    .where('action_id', '=', actionId)

/** An Action's versions, the newest first; at most fifty. */
export const listVersions = async (
  read: ConfigurationRead,
  actionId: string,
  { page, perPage }: Paging,
): Promise<Numbered<ActionVersion>> => {
  const rows = versionRows(read, actionId)
  const { total } = await rows
    .clearSelect()
    .select(({ fn }) => fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  const items = await rows
    .orderBy('number', 'desc')
    .limit(perPage)
    .offset(page * perPage)
    .execute()
  return { total: Number(total), items: items.map(toVersion) }
}

/** @throws `inexistent_action_version` */
export const loadVersion = async (read: ConfigurationRead, actionId: string, id: string): Promise<ActionVersion> => {
  const row = isUuid(id) ? await versionRows(read, actionId).where('version_id', '=', id).executeTakeFirst() : undefined
  if (row) return toVersion(row)
  throw apiError(
    'inexistent_action_version',
    `The Action ${actionId} has no version ${JSON.stringify(id.slice(0, 64))}.`,
  )
}

/** What a build starts from. */
export interface FrozenDraft {
  readonly number: number
  readonly draftRevision: number
  readonly content: ActionContent
}

/**
 * Takes the next number together with the draft as it is at this moment, so that of two builds at once the higher
 * number has the later draft. A number whose build comes to nothing is skipped.
 *
 * @throws `inexistent_action`
 */
export const freezeDraft = async ({ db, tenantId }: ConfigurationRead, actionId: string): Promise<FrozenDraft> => {
  const row = isUuid(actionId)
    ? await db
        .updateTable('actions')
        .set({ last_version_number: sql`last_version_number + 1` })
        .where('tenant_id', '=', tenantId)
        .where('action_id', '=', actionId)
        .returningAll()
        .executeTakeFirst()
    : undefined
  if (!row) throw inexistentAction(actionId)
  return { number: row.last_version_number, draftRevision: row.draft_revision, content: toContent(row) }
}

/** `program`: what runs. `errors`: why nothing does. */
export type BuildOutcome = { readonly program: string } | { readonly errors: readonly BuildError[] }

/** Writes the version that a build has ended with. */
export const insertVersion = async (
  write: ConfigurationWrite,
  actionId: string,
  { number, draftRevision, content }: FrozenDraft,
  outcome: BuildOutcome,
): Promise<ActionVersion> => {
  const built = 'program' in outcome
  const row = await write.db
    .insertInto('action_versions')
    .values({
      tenant_id: write.tenantId,
      action_id: actionId,
      version_id: createUuid(write.random),
      number,
      ...toContentColumns(content),
      program: built ? outcome.program : null,
      errors: JSON.stringify(built ? [] : outcome.errors.map(({ id, msg }) => ({ id, msg: toStorableText(msg) }))),
      draft_revision: draftRevision,
      built_at: built ? write.now : null,
      created_at: write.now,
    })
    .returning(VERSION_COLUMNS)
    .executeTakeFirstOrThrow()
  return toVersion(row)
}

/** Writes an earlier version once more, under another number. */
export const copyVersion = async (
  { db, tenantId, now, random }: ConfigurationWrite,
  { actionId, id }: ActionVersion,
  { number, draftRevision }: Pick<ActionVersion, 'number' | 'draftRevision'>,
): Promise<ActionVersion> => {
  const row = await db
    .insertInto('action_versions')
    .columns(['tenant_id', ...VERSION_COLUMNS, 'program'])
    .expression(
      db
        .selectFrom('action_versions')
        .select(({ val }) => [
          'tenant_id',
          'action_id',
          sql<string>`${createUuid(random)}::uuid`.as('version_id'),
          sql<number>`${number}::integer`.as('number'),
          'trigger_id',
          'code',
          'dependencies',
          'runtime',
          'secrets',
          'errors',
          sql<number>`${draftRevision}::integer`.as('draft_revision'),
          'built_at',
          val(now).as('created_at'),
          'program',
        ])
        .where('tenant_id', '=', tenantId)
        .where('action_id', '=', actionId)
        .where('version_id', '=', id),
    )
    .returning(VERSION_COLUMNS)
    .executeTakeFirstOrThrow()
  return toVersion(row)
}

/** Deletes what is beyond the limit: the deployed version stays, at any age; of the others, the newest. */
export const pruneVersions = async (
  { db, tenantId }: ConfigurationWrite,
  { id, deployedVersion }: Action,
): Promise<void> => {
  const versions = db
    .selectFrom('action_versions')
    .select('version_id')
    .where('tenant_id', '=', tenantId)
    .where('action_id', '=', id)
  const others = deployedVersion ? versions.where('version_id', '<>', deployedVersion.id) : versions
  const surplus = others
    .orderBy('number', 'desc')
    .offset(deployedVersion ? MAX_ACTION_VERSIONS - 1 : MAX_ACTION_VERSIONS)
    .limit(MAX_ACTION_VERSIONS)
  await db
    .deleteFrom('action_versions')
    .where('tenant_id', '=', tenantId)
    .where('action_id', '=', id)
    .where('version_id', 'in', surplus)
    .execute()
}
