/** A log query as a condition on the table `logs`. */

import { type RawBuilder, sql } from 'kysely'
import { LOG_FIELD_NAMES, type LogFieldName, logField } from '../../model/log-field.ts'
import type { LogMatch, LogQuery } from '../../model/log-query.ts'
import { between, type Condition, escapeLike, searchCondition } from '../database/search-condition.ts'

/** Fields that have a column of their own; the others are read from the document. */
const COLUMNS: ReadonlySet<string> = new Set(['log_id', 'date', 'type', 'user_id'] satisfies LogFieldName[])

/**
 * The value of a field as SQL, letter for letter as the indexes have it, or they would not serve it.
 * The names come from the table of fields, never from a caller. Text is compared by code points, which is also
 * the only order in which a B-tree can answer a prefix.
 */
const expressionOf = (name: LogFieldName): string => {
  if (COLUMNS.has(name)) return name
  return `(document #>> '{${logField(name).path.join(',')}}') collate "C"`
}

const EXPRESSIONS: ReadonlyMap<LogFieldName, RawBuilder<string>> = new Map(
  LOG_FIELD_NAMES.map(name => [name, sql.raw<string>(expressionOf(name))]),
)

type Compile<Kind extends LogMatch['kind']> = (
  value: RawBuilder<string>,
  match: Extract<LogMatch, { kind: Kind }>,
) => Condition

const MATCHES: { readonly [Kind in LogMatch['kind']]: Compile<Kind> } = {
  exact: (value, match) => sql`${value} = ${match.value}`,
  pattern: (value, match) => sql`${value} like ${match.literals.map(escapeLike).join('%')}`,
  present: value => sql`${value} is not null`,
  range: (value, { from, to }) =>
    between(
      from && sql`${value} ${sql.raw(from.isInclusive ? '>=' : '>')} ${from.value}`,
      to && sql`${value} ${sql.raw(to.isInclusive ? '<=' : '<')} ${to.value}`,
    ),
  period: (value, { from, before }) =>
    between(
      from === undefined ? undefined : sql`${value} >= ${new Date(from)}`,
      before === undefined ? undefined : sql`${value} < ${new Date(before)}`,
    ),
  prefix_ignoring_case: (value, match) => sql`${value} ilike ${`${escapeLike(match.value)}%`}`,
}

const compileTest = (field: LogFieldName, match: LogMatch): Condition => {
  const value = EXPRESSIONS.get(field)
  if (!value) throw new TypeError(`no expression for ${field}`)
  const compile = MATCHES[match.kind] as Compile<LogMatch['kind']> // one entry per kind, chosen by the kind
  return compile(value, match as never) // its own kind, by the line above
}

/** The condition of a query on an unaliased `logs`, every value a parameter. */
export const logCondition = (query: LogQuery): Condition => searchCondition(query, compileTest)
