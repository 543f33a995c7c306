/** Rows of Actions and of their versions, and the nouns of the model that they hold. */

import type { Selectable } from 'kysely'
import type { Action, ActionContent, ActionVersion } from '../../model/action.ts'
import type { Database } from '../database/schema.ts'

/** The columns of a version without its program, which may be megabytes large. */
export const VERSION_COLUMNS = [
  'action_id',
  'version_id',
  'number',
  'trigger_id',
  'code',
  'dependencies',
  'runtime',
  'secrets',
  'errors',
  'draft_revision',
  'built_at',
  'created_at',
] as const satisfies readonly (keyof Database['action_versions'])[]

export type VersionRow = Pick<Selectable<Database['action_versions']>, (typeof VERSION_COLUMNS)[number]>

/** A version that came inside another row, as JSON: its times are text. */
type NestedVersion = Omit<VersionRow, 'built_at' | 'created_at'> & {
  readonly built_at: string | null
  readonly created_at: string
}

export type ActionRow = Selectable<Database['actions']> & { readonly deployed: NestedVersion | null }

type ContentRow = Pick<VersionRow, 'trigger_id' | 'code' | 'dependencies' | 'runtime' | 'secrets'>

export const toContent = (row: ContentRow): ActionContent => ({
  triggerId: row.trigger_id,
  code: row.code,
  dependencies: row.dependencies,
  runtime: row.runtime,
  secrets: row.secrets,
})

/** A content's columns, as a statement writes them. */
export const toContentColumns = ({ triggerId, code, dependencies, runtime, secrets }: ActionContent) => ({
  trigger_id: triggerId,
  code,
  dependencies: JSON.stringify(dependencies),
  runtime,
  secrets: JSON.stringify(secrets),
})

export const toVersion = (row: VersionRow): ActionVersion => ({
  ...toContent(row),
  id: row.version_id,
  actionId: row.action_id,
  number: row.number,
  status: row.built_at === null ? 'failed' : 'built',
  errors: row.errors,
  draftRevision: row.draft_revision,
  ...(row.built_at !== null && { builtAt: row.built_at }),
  createdAt: row.created_at,
})

const toVersionRow = (nested: NestedVersion): VersionRow => ({
  ...nested,
  built_at: nested.built_at === null ? null : new Date(nested.built_at),
  created_at: new Date(nested.created_at),
})

export const toAction = (row: ActionRow): Action => ({
  ...toContent(row),
  id: row.action_id,
  name: row.name,
  status: row.status,
  builtAt: row.built_at,
  draftRevision: row.draft_revision,
  ...(row.deployed && { deployedVersion: toVersion(toVersionRow(row.deployed)) }),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})
