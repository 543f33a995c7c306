/** Which category an event belongs to, and which events a stream wants. */

import type { LogStreamFilter } from '../../model/log-stream.ts'
import type { LogCategory } from '../events/define-events.ts'
import { CATEGORY_CODES } from './category-codes.ts'

const CATEGORIES: ReadonlyMap<string, LogCategory> = new Map(
  Object.entries(CATEGORY_CODES).flatMap(
    ([category, types]) => types.map(type => [type, category as LogCategory] as const), // the keys of the table
  ),
)

/** The category of a type code; a code that the table does not have is `other`. */
export const categoryOf = (type: string): LogCategory => CATEGORIES.get(type) ?? 'other'

/** A test for the types that a stream forwards; without filters it forwards all. */
export const selects = (filters: readonly LogStreamFilter[]): ((type: string) => boolean) => {
  const names = new Set<string>(filters.map(({ name }) => name))
  return names.size === 0 ? () => true : type => names.has(categoryOf(type))
}
