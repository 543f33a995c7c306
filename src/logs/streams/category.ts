/** Which category an event belongs to, and which events a stream wants. */

import type { LogStreamFilter } from '../../model/log-stream.ts'
import type { LogCategory } from '../events/event-type.ts'
import { LOG_EVENT_TYPES } from '../events/index.ts'

const CATEGORIES: ReadonlyMap<string, LogCategory> = new Map(
  LOG_EVENT_TYPES.map(({ type, category }) => [type, category]),
)

/** The category of a type code; a code that the table does not have is `other`. */
export const categoryOf = (type: string): LogCategory => CATEGORIES.get(type) ?? 'other'

/** A test for the types that a stream forwards; without filters it forwards all. */
export const selects = (filters: readonly LogStreamFilter[]): ((type: string) => boolean) => {
  const names = new Set<string>(filters.map(({ name }) => name))
  return names.size === 0 ? () => true : type => names.has(categoryOf(type))
}
