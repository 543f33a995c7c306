/**
 * The columns of an export: a flat table of what analysis groups and joins by. Names, order and types are stable, so
 * that files of different days can be read as one; a new column goes to the end. docs/reference/log-export.md is
 * generated from it.
 */

import { isJsonObject } from '../../base/json.ts'
import type { LogEvent } from './log-source.ts'

export type ColumnKind = 'text' | 'boolean' | 'timestamp'

export interface Column {
  readonly kind: ColumnKind
  /** Where the value is in the log document. */
  readonly path: readonly string[]
  readonly doc: string
}

const text = (doc: string, ...path: readonly string[]): Column => ({ kind: 'text', path, doc })
const boolean = (doc: string, ...path: readonly string[]): Column => ({ kind: 'boolean', path, doc })

/** Named after the path, with `_` between its parts: a dot or a capital letter would have to be quoted in SQL. */
export const COLUMNS = {
  log_id: text('Id of the event; unique, and sorts as the log does.', 'log_id'),
  date: { kind: 'timestamp', path: ['date'], doc: 'When it happened, in UTC to the millisecond.' },
  type: text('Code of the event type, such as `s` or `fp`.', 'type'),
  description: text('One sentence about the event.', 'description'),
  tenant_name: text('The tenant.', 'tenant_name'),
  environment_name: text('Which kind of installation wrote it.', 'environment_name'),
  client_id: text('Id of the application.', 'client_id'),
  client_name: text('Name of the application.', 'client_name'),
  connection: text('Name of the connection.', 'connection'),
  connection_id: text('Id of the connection.', 'connection_id'),
  strategy: text('Strategy of the connection.', 'strategy'),
  strategy_type: text('Type of the strategy.', 'strategy_type'),
  user_id: text('Id of the user.', 'user_id'),
  user_name: text('Name that the user logs in with.', 'user_name'),
  agent_id: text('Id of the agent that acted for the user.', 'agent_id'),
  ip: text('Address from which the request came.', 'ip'),
  hostname: text('Host name that was asked.', 'hostname'),
  user_agent: text('User agent of the browser or program.', 'user_agent'),
  is_mobile: boolean('Whether the user agent is that of a telephone or a tablet.', 'isMobile'),
  audience: text('API that a token was asked for.', 'audience'),
  scope: text('Scopes that were asked for.', 'scope'),
  organization_id: text('Id of the organization.', 'organization_id'),
  organization_name: text('Name of the organization.', 'organization_name'),
  references_correlation_id: text('Correlation id that the caller gave.', 'references', 'correlation_id'),
  details_session_id: text('Id of the browser session.', 'details', 'session_id'),
  details_transaction_id: text(
    'Id of the login transaction; joins the events of one login.',
    'details',
    'transaction_id',
  ),
  details_device_id: text('Keyed hash of the device cookie; the subject of most experiments.', 'details', 'device_id'),
  details_experiment_experiment_id: text('Experiment in force.', 'details', 'experiment', 'experiment_id'),
  details_experiment_variation_id: text('Variation of the subject.', 'details', 'experiment', 'variation_id'),
  details_experiment_is_control: boolean('Whether it is the control.', 'details', 'experiment', 'is_control'),
  details_experiment_allocation_strategy: text(
    '`percentage` or `segment`.',
    'details',
    'experiment',
    'allocation_strategy',
  ),
  details_experiment_segment_id: text('Segment that decided.', 'details', 'experiment', 'segment_id'),
  details: text('All details, as JSON.', 'details'),
  other: text('Fields of the event that have no column, as a JSON object.'),
  details_experiment_assignment: text('`auto`, `explicit` or `forced`.', 'details', 'experiment', 'assignment'),
} as const satisfies Record<string, Column>

export type ColumnName = keyof typeof COLUMNS

const ENTRIES = Object.entries(COLUMNS) as [ColumnName, Column][] // the keys of a constant

/** The table's entries, in its order. */
export const columnEntries = (): readonly (readonly [ColumnName, Column])[] => ENTRIES

/** A cell: absent and null are the same. */
export type Cell = string | boolean | Date | null

/** Fields that have a column as a whole; `_id` repeats the id. */
const HELD: ReadonlySet<string> = new Set([
  '_id',
  ...columnEntries().flatMap(([, { path }]) => (path.length === 1 ? path : [])),
])

const toText = (value: unknown): string | null => {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What a document has at a path becomes a cell of its column's type, or null when it is of another. */
const CELLS: { readonly [Kind in ColumnKind]: (value: unknown) => Cell } = {
  text: toText,
  boolean: value => (typeof value === 'boolean' ? value : null),
  timestamp: value => {
    const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
    return Number.isNaN(ms) ? null : new Date(ms)
  },
}

const valueAt = (event: LogEvent, path: readonly string[]): unknown => {
  let value: unknown = event
  for (const key of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

const otherOf = (event: LogEvent): Cell => {
  const rest = Object.entries(event).filter(([name]) => !HELD.has(name))
  return rest.length === 0 ? null : JSON.stringify(Object.fromEntries(rest))
}

/** The row of an event. */
export const toRow = (event: LogEvent): readonly Cell[] =>
  columnEntries().map(([, { kind, path }]) => (path.length === 0 ? otherOf(event) : CELLS[kind](valueAt(event, path))))
