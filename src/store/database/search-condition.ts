/** Turns the shape of a search, its AND, OR and NOT, into SQL; what one comparison means is its table's business. */

import { type RawBuilder, sql } from 'kysely'
import type { SearchMatch, SearchQuery } from '../../model/search-query.ts'

export type Condition = RawBuilder<boolean>

/** For a pattern of LIKE: the literal, with any characters. */
export const escapeLike = (literal: string): string => literal.replace(/[\\%_]/g, '\\$&')

/** Both limits, or the one that there is. */
export const between = (lower: Condition | undefined, upper: Condition | undefined): Condition =>
  sql<boolean>`(${sql.join(
    [lower, upper].filter(part => part !== undefined),
    sql` and `,
  )})`

type CompileTest<Field extends string> = (field: Field, match: SearchMatch) => Condition

const compile = <Field extends string>(
  query: SearchQuery<Field>,
  isNegated: boolean,
  compileTest: CompileTest<Field>,
): Condition => {
  switch (query.kind) {
    case 'not':
      return compile(query.operand, !isNegated, compileTest)
    case 'test': {
      const condition = compileTest(query.field, query.match)
      return isNegated ? sql`(${condition}) is not true` : condition
    }
    case 'and':
    case 'or': {
      const word = (query.kind === 'and') === isNegated ? sql` or ` : sql` and `
      const operands = query.operands.map(operand => compile(operand, isNegated, compileTest))
      return sql`(${sql.join(operands, word)})`
    }
  }
}

/**
 * The condition of a query.
 *
 * Negations are pushed down to the single comparisons and end there as `is not true`: an absent field is unknown to
 * SQL, and "not unknown" would drop the rows that NOT asks for. The comparisons above stay bare, so that an index serves them.
 */
export const searchCondition = <Field extends string>(
  query: SearchQuery<Field>,
  compileTest: CompileTest<Field>,
): Condition => compile(query, false, compileTest)
