/** Bindings in the database, and what a login runs because of them. */

import { type Selectable, sql } from 'kysely'
import type { Action } from '../../model/action.ts'
import {
  type ActionBinding,
  type BindableAction,
  type BindingPlan,
  type BindingWish,
  planBindings,
} from '../../model/action-binding.ts'
import { createUuid } from '../../model/action-id.ts'
import type { TenantId } from '../../model/ids.ts'
import type { ConfigurationRead, ConfigurationWrite } from '../database/configuration-write.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { actionsOf, type Numbered, type Paging } from './action-store.ts'

const toBinding = (row: Selectable<Database['action_bindings']>): ActionBinding => ({
  id: row.binding_id,
  triggerId: row.trigger_id,
  actionId: row.action_id,
  displayName: row.display_name,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** Every binding of a trigger in the order of execution: at most twenty. */
const bindingsOf = async ({ db, tenantId }: ConfigurationRead, triggerId: string): Promise<readonly ActionBinding[]> =>
  (
    await db
      .selectFrom('action_bindings')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('trigger_id', '=', triggerId)
      .orderBy('position')
      .execute()
  ).map(toBinding)

export interface BoundPair {
  readonly binding: ActionBinding
  readonly action: Action
}

const withActions = async (
  read: ConfigurationRead,
  bindings: readonly ActionBinding[],
): Promise<readonly BoundPair[]> => {
  const actions = await actionsOf(
    read,
    bindings.map(({ actionId }) => actionId),
  )
  // Between the two statements a bound Action may have been unbound and deleted; then there is nothing to show of it.
  return bindings.flatMap(binding => {
    const action = actions.get(binding.actionId)
    return action ? [{ binding, action }] : []
  })
}

/** A trigger's bindings with their Actions, in the order of execution. */
export const listBindings = async (
  read: ConfigurationRead,
  triggerId: string,
  { page, perPage }: Paging,
): Promise<Numbered<BoundPair>> => {
  const bindings = await bindingsOf(read, triggerId)
  const shown = bindings.slice(page * perPage, (page + 1) * perPage)
  return { total: bindings.length, items: await withActions(read, shown) }
}

const bindableActions = async ({ db, tenantId }: ConfigurationRead): Promise<readonly BindableAction[]> => {
  const rows = await db
    .selectFrom('actions')
    .select(['action_id', 'name', 'trigger_id', 'deployed_trigger_id'])
    .where('tenant_id', '=', tenantId)
    .execute()
  return rows.map(row => ({
    id: row.action_id,
    name: row.name,
    triggerId: row.trigger_id,
    deployedTriggerId: row.deployed_trigger_id ?? undefined,
  }))
}

const toRow = (
  { tenantId, now, random }: ConfigurationWrite,
  triggerId: string,
  { actionId, displayName, before }: BindingPlan,
  position: number,
) => ({
  tenant_id: tenantId,
  binding_id: before?.id ?? createUuid(random),
  trigger_id: triggerId,
  position,
  action_id: actionId,
  display_name: displayName,
  created_at: before?.createdAt ?? now,
  updated_at: before?.displayName === displayName ? before.updatedAt : now,
})

/**
 * Replaces the whole list of a trigger.
 *
 * @throws what `planBindings` refuses
 */
export const replaceBindings = async (
  write: ConfigurationWrite,
  triggerId: string,
  wishes: readonly BindingWish[],
): Promise<readonly BoundPair[]> => {
  const plans = planBindings(
    { triggerId, actions: await bindableActions(write), bindings: await bindingsOf(write, triggerId) },
    wishes,
  )
  await write.db
    .deleteFrom('action_bindings')
    .where('tenant_id', '=', write.tenantId)
    .where('trigger_id', '=', triggerId)
    .execute()
  if (plans.length > 0) {
    const rows = plans.map((plan, position) => toRow(write, triggerId, plan, position))
    await write.db.insertInto('action_bindings').values(rows).execute()
  }
  return withActions(write, await bindingsOf(write, triggerId))
}

/** One Action of a trigger as a login runs it; field names are those of the tenant log. */
export interface BoundActionRecord {
  readonly binding_id: string
  readonly action_id: string
  readonly name: string
  readonly version_id: string
  readonly version_number: number
  /** The deployed version's program: its code with the dependencies. */
  readonly code: string
  /** By name; each opens with the context that `secretContext` gives for its place. */
  readonly sealed_secrets: Readonly<Record<string, string>>
}

/** What is deployed has a program: it was left out because it is known. */
const programOf = (known: ReadonlyMap<string, string>, versionId: string): string => {
  const program = known.get(versionId)
  if (program === undefined) throw new TypeError(`the deployed version ${versionId} has no program`)
  return program
}

/**
 * What a trigger runs, in order: the deployed version of each bound Action. Changes of it are announced like those of
 * the experimentation data, so a server may keep the answer until then.
 *
 * @param known programs by version, from an earlier answer. A version never changes, so those are not read again:
 *   a reload after an announcement moves bytes only for what is new.
 */
export const loadBoundActions = async (
  db: Db,
  tenantId: TenantId,
  triggerId: string,
  known: ReadonlyMap<string, string> = new Map(),
): Promise<readonly BoundActionRecord[]> => {
  const rows = await db
    .selectFrom('action_bindings as b')
    .innerJoin('actions as a', join =>
      join.onRef('a.tenant_id', '=', 'b.tenant_id').onRef('a.action_id', '=', 'b.action_id'),
    )
    .innerJoin('action_versions as v', join =>
      join
        .onRef('v.tenant_id', '=', 'a.tenant_id')
        .onRef('v.action_id', '=', 'a.action_id')
        .onRef('v.version_id', '=', 'a.deployed_version_id'),
    )
    .select(['b.binding_id', 'a.action_id', 'a.name', 'v.version_id', 'v.number', 'v.secrets'])
    .select(
      sql<string | null>`case when v.version_id = any (${[...known.keys()]}::uuid[]) then null else v.program end`.as(
        'program',
      ),
    )
    .where('b.tenant_id', '=', tenantId)
    .where('b.trigger_id', '=', triggerId)
    .orderBy('b.position')
    .execute()
  return rows.map(({ number, program, secrets, ...row }) => ({
    ...row,
    version_number: number,
    code: program ?? programOf(known, row.version_id),
    sealed_secrets: Object.fromEntries(secrets.map(({ name, sealed_value }) => [name, sealed_value])),
  }))
}
