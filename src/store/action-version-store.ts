/** Versions of Actions in the database: written once, deployed by reference, pruned. */

import { sql } from 'kysely'
import {
  type Action,
  type ActionContent,
  type ActionVersion,
  type BuildError,
  MAX_ACTION_VERSIONS,
} from '../model/action.ts'
import { createUuid, isUuid } from '../model/action-id.ts'
import { apiError } from '../model/error-codes.ts'
import { toContent, toContentColumns, toVersion, VERSION_COLUMNS } from './action-row.ts'
import { inexistentAction, loadAction, type Numbered, type Paging } from './action-store.ts'
import { type ConfigurationRead, type ConfigurationWrite, refuseWhileReferenced } from './configuration-write.ts'

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

const insertVersion = async (
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
      errors: JSON.stringify(built ? [] : outcome.errors),
      draft_revision: draftRevision,
      built_at: built ? write.now : null,
      created_at: write.now,
    })
    .returning(VERSION_COLUMNS)
    .executeTakeFirstOrThrow()
  return toVersion(row)
}

const pointTo = (write: ConfigurationWrite, version: ActionVersion) =>
  refuseWhileReferenced(
    'action_bound',
    `The Action is bound to another trigger than ${version.triggerId}; unbind it before it is deployed for that one.`,
    write.db
      .updateTable('actions')
      .set({ deployed_version_id: version.id, deployed_trigger_id: version.triggerId })
      .where('tenant_id', '=', write.tenantId)
      .where('action_id', '=', version.actionId)
      .execute(),
  )

/** What the deployment says of the draft, unless the draft has been edited since. */
const judgeDraft = ({ db, tenantId, now }: ConfigurationWrite, { actionId, draftRevision, status }: ActionVersion) =>
  db
    .updateTable('actions')
    .set({ status, ...(status === 'built' && { built_at: now }) })
    .where('tenant_id', '=', tenantId)
    .where('action_id', '=', actionId)
    .where('draft_revision', '=', draftRevision)
    .execute()

/** The deployed version stays, whatever its age; of the others, the newest. */
const prune = async ({ db, tenantId }: ConfigurationWrite, { id, deployedVersion }: Action): Promise<void> => {
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

export interface Deployment {
  readonly action: Action
  readonly version: ActionVersion
}

/**
 * Writes the version that a build has ended with and deploys it, unless it failed or a version with a higher number
 * is deployed already: builds end in any order, and the last one that was started wins.
 *
 * @throws `inexistent_action`, `action_bound`
 */
export const recordBuild = async (
  write: ConfigurationWrite,
  actionId: string,
  draft: FrozenDraft,
  outcome: BuildOutcome,
): Promise<Deployment> => {
  const before = await loadAction(write, actionId)
  const version = await insertVersion(write, before.id, draft, outcome)
  if (version.status === 'built' && version.number > (before.deployedVersion?.number ?? 0))
    await pointTo(write, version)
  await judgeDraft(write, version)
  const action = await loadAction(write, actionId)
  await prune(write, action)
  return { action, version }
}

const copyVersion = async (
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

/**
 * Rolls back: deploys a copy of an earlier version under the next number. Nothing is built again, so what ran then
 * runs now, with the secrets of then.
 *
 * @param updateDraft makes the version's content the draft as well
 * @throws `inexistent_action`, `inexistent_action_version`, `action_version_not_built`, `action_bound`
 */
export const redeployVersion = async (
  write: ConfigurationWrite,
  actionId: string,
  id: string,
  { updateDraft }: { readonly updateDraft: boolean },
): Promise<Deployment> => {
  const { draftRevision, number } = await freezeDraft(write, actionId)
  const source = await loadVersion(write, actionId, id)
  if (source.status === 'failed') {
    throw apiError('action_version_not_built', `The build of version ${source.number} failed; it cannot be deployed.`)
  }
  const revision = updateDraft ? draftRevision + 1 : source.draftRevision
  const version = await copyVersion(write, source, { number, draftRevision: revision })
  if (updateDraft) {
    await write.db
      .updateTable('actions')
      .set({ ...toContentColumns(source), draft_revision: revision, updated_at: write.now })
      .where('tenant_id', '=', write.tenantId)
      .where('action_id', '=', source.actionId)
      .execute()
  }
  await pointTo(write, version)
  await judgeDraft(write, version)
  const action = await loadAction(write, actionId)
  await prune(write, action)
  return { action, version }
}
