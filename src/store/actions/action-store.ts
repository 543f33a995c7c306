/** Actions in the database: reading, creating, editing and deleting them. */

import { jsonObjectFrom } from 'kysely/helpers/postgres'
import { type Action, type ActionContent, requireRoomForAction } from '../../model/action.ts'
import { isUuid } from '../../model/action-id.ts'
import { type ApiError, apiError } from '../../model/error-codes.ts'
import {
  type ConfigurationRead,
  type ConfigurationWrite,
  refuseWhileReferenced,
} from '../database/configuration-write.ts'
import { toAction, toContentColumns, VERSION_COLUMNS } from './action-row.ts'

const actionRows = ({ db, tenantId }: ConfigurationRead) =>
  db
    .selectFrom('actions as a')
    .selectAll('a')
    .select(query =>
      jsonObjectFrom(
        query
          .selectFrom('action_versions as v')
          .select(VERSION_COLUMNS)
          .whereRef('v.tenant_id', '=', 'a.tenant_id')
          .whereRef('v.action_id', '=', 'a.action_id')
          .whereRef('v.version_id', '=', 'a.deployed_version_id'),
      ).as('deployed'),
    )
    .where('a.tenant_id', '=', tenantId)

export const inexistentAction = (id: string): ApiError =>
  apiError('inexistent_action', `There is no Action ${JSON.stringify(id.slice(0, 64))}.`)

/** The Action of an id, or undefined. */
export const findAction = async (read: ConfigurationRead, id: string): Promise<Action | undefined> => {
  if (!isUuid(id)) return undefined
  const row = await actionRows(read).where('a.action_id', '=', id).executeTakeFirst()
  return row && toAction(row)
}

/** @throws `inexistent_action` */
export const loadAction = async (read: ConfigurationRead, id: string): Promise<Action> => {
  const action = await findAction(read, id)
  if (!action) throw inexistentAction(id)
  return action
}

/** Those that exist of the ids; at most as many as a trigger has bindings. */
export const actionsOf = async (
  read: ConfigurationRead,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Action>> => {
  if (ids.length === 0) return new Map()
  const rows = await actionRows(read).where('a.action_id', 'in', ids).execute()
  return new Map(rows.map(row => [row.action_id, toAction(row)]))
}

/** `page` counts from 0. */
export interface Paging {
  readonly page: number
  readonly perPage: number
}

export interface ActionFilter {
  readonly triggerId?: string | undefined
  readonly name?: string | undefined
  readonly deployed?: boolean | undefined
}

export interface Numbered<Item> {
  /** Over all pages. */
  readonly total: number
  readonly items: readonly Item[]
}

/** Actions in order of creation. A tenant has at most a hundred, so counting and skipping cost little. */
export const listActions = async (
  read: ConfigurationRead,
  { triggerId, name, deployed }: ActionFilter,
  { page, perPage }: Paging,
): Promise<Numbered<Action>> => {
  let query = actionRows(read)
  if (triggerId !== undefined) query = query.where('a.trigger_id', '=', triggerId)
  if (name !== undefined) query = query.where('a.name', '=', name)
  if (deployed !== undefined) query = query.where('a.deployed_version_id', deployed ? 'is not' : 'is', null)
  const counted = query.clearSelect().select(({ fn }) => fn.countAll<string>().as('total'))
  const rows = await query
    .orderBy('a.created_at')
    .orderBy('a.action_id')
    .limit(perPage)
    .offset(page * perPage)
    .execute()
  const { total } = await counted.executeTakeFirstOrThrow()
  return { total: Number(total), items: rows.map(toAction) }
}

const countActions = async ({ db, tenantId }: ConfigurationRead): Promise<number> => {
  const { total } = await db
    .selectFrom('actions')
    .select(({ fn }) => fn.countAll<string>().as('total'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return Number(total)
}

/**
 * Creates an Action; its draft is built as it is saved, because saving checks it.
 *
 * @param id made by the caller, who has sealed the secrets for it
 * @throws `action_limit_exceeded`, `action_exists`
 */
export const createAction = async (
  write: ConfigurationWrite,
  { id, name, content }: { readonly id: string; readonly name: string; readonly content: ActionContent },
): Promise<Action> => {
  requireRoomForAction(await countActions(write))
  await write.db
    .insertInto('actions')
    .values({
      tenant_id: write.tenantId,
      action_id: id,
      name,
      ...toContentColumns(content),
      built_at: write.now,
      created_at: write.now,
      updated_at: write.now,
    })
    .execute()
  return loadAction(write, id)
}

/**
 * Edits the draft; what logins run stays as it is until the next deployment. A name takes effect at once.
 *
 * @param content absent when only the name changes
 * @throws `inexistent_action`, `action_exists`
 */
export const updateAction = async (
  write: ConfigurationWrite,
  id: string,
  { name, content }: { readonly name?: string | undefined; readonly content?: ActionContent | undefined },
): Promise<Action> => {
  const action = await loadAction(write, id)
  if (name === undefined && !content) return action
  await write.db
    .updateTable('actions')
    .set({
      name: name ?? action.name,
      ...(content && {
        ...toContentColumns(content),
        status: 'built',
        built_at: write.now,
        draft_revision: action.draftRevision + 1,
      }),
      updated_at: write.now,
    })
    .where('tenant_id', '=', write.tenantId)
    .where('action_id', '=', action.id)
    .execute()
  return loadAction(write, id)
}

/**
 * Deletes an Action with its versions; one that is not there is as good as deleted.
 *
 * @param unbind removes it from its trigger first
 * @throws `action_bound` when it is bound and shall not be unbound
 */
export const deleteAction = async (
  write: ConfigurationWrite,
  id: string,
  { unbind }: { readonly unbind: boolean },
): Promise<void> => {
  if (!isUuid(id)) return
  if (unbind) {
    await write.db
      .deleteFrom('action_bindings')
      .where('tenant_id', '=', write.tenantId)
      .where('action_id', '=', id)
      .execute()
  }
  await refuseWhileReferenced(
    'action_bound',
    `The Action ${id} is bound to its trigger; unbind it first, or delete it with force=true.`,
    write.db.deleteFrom('actions').where('tenant_id', '=', write.tenantId).where('action_id', '=', id).execute(),
  )
}
