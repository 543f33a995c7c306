/** A search for users as a condition on the table `users`. */

import { type RawBuilder, sql } from 'kysely'
import type { SearchMatch, SearchQuery } from '../../model/search-query.ts'
import {
  isUserFieldName,
  type MetadataPath,
  metadataPathOf,
  USER_FIELD_NAMES,
  type UserFieldName,
  type UserSearchField,
  userField,
} from '../../model/user-field.ts'
import { between, type Condition, escapeLike, searchCondition } from '../database/search-condition.ts'

/** The value of a field, letter for letter as the indexes have it. The names come from the table, never from a caller. */
const expressionOf = (name: UserFieldName): string => {
  const { kind, ignoresCase } = userField(name)
  if (kind !== 'text') return name
  return `${ignoresCase ? `lower(${name})` : name} collate "C"`
}

/** What a field is compared by, and ordered by. */
export const USER_EXPRESSIONS: ReadonlyMap<UserFieldName, RawBuilder<string>> = new Map(
  USER_FIELD_NAMES.map(name => [name, sql.raw<string>(expressionOf(name))]),
)

/** A value of a caller, made comparable: the database lowers it as it lowers the column. */
const comparable = (name: UserFieldName, value: string): RawBuilder<unknown> => {
  const { kind, ignoresCase } = userField(name)
  if (kind === 'number') return sql`${value}::integer`
  if (kind === 'boolean') return sql`${value}::boolean`
  return ignoresCase ? sql`lower(${value}::text)` : sql`${value}::text`
}

/** A JSON number of a length that no numeric type overflows. */
const NUMBER = /^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?$/

/**
 * The values that a text may mean: itself, and the number or the truth value that it writes. In the lax mode of a path an
 * array stands for its elements on the way and at the end.
 */
const metadataTest = ({ root, members }: MetadataPath, value: string): Condition => {
  const path = ['$', ...members.map(member => JSON.stringify(member.toWellFormed()))].join('.')
  const literals = [JSON.stringify(value.toWellFormed())]
  if (NUMBER.test(value) || value === 'true' || value === 'false') literals.push(value)
  const test = literals.map(literal => `${path} == ${literal}`).join(' || ')
  return sql`${sql.raw(root)} @@ ${test}::jsonpath`
}

const compareField = (name: UserFieldName, match: SearchMatch): Condition => {
  const value = USER_EXPRESSIONS.get(name)
  if (!value) throw new TypeError(`no expression for ${name}`)
  switch (match.kind) {
    case 'exact':
      return sql`${value} = ${comparable(name, match.value)}`
    case 'pattern':
      return sql`${value} like ${comparable(name, match.literals.map(escapeLike).join('%'))}`
    case 'present':
      return sql`${value} is not null`
    case 'range': {
      const { from, to } = match
      return between(
        from && sql`${value} ${sql.raw(from.isInclusive ? '>=' : '>')} ${comparable(name, from.value)}`,
        to && sql`${value} ${sql.raw(to.isInclusive ? '<=' : '<')} ${comparable(name, to.value)}`,
      )
    }
    case 'period': {
      const { from, before } = match
      return between(
        from === undefined ? undefined : sql`${value} >= ${new Date(from)}`,
        before === undefined ? undefined : sql`${value} < ${new Date(before)}`,
      )
    }
    case 'prefix_ignoring_case':
      throw new TypeError('only the log is searched by beginnings of names')
  }
}

const compareMetadata = (field: string, match: SearchMatch): Condition => {
  const path = metadataPathOf(field)
  if (!path || match.kind !== 'exact') throw new TypeError(`no comparison of ${field} by ${match.kind}`)
  return metadataTest(path, match.value)
}

/** The condition of a search on an unaliased `users`, every value a parameter. */
export const userCondition = (query: SearchQuery<UserSearchField>): Condition =>
  searchCondition(query, (field, match) =>
    isUserFieldName(field) ? compareField(field, match) : compareMetadata(field, match),
  )
