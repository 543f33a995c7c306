/** A parsed log query: what the search grammar says, free of its text and of how the log is stored. */

import type { LogFieldName } from './log-field.ts'

/** Limits that are part of the query, so that both doors into a range can be open or closed. */
export interface Bound {
  readonly value: string
  readonly isInclusive: boolean
}

export type LogMatch =
  /** The whole value, case-sensitively. */
  | { readonly kind: 'exact'; readonly value: string }
  /** Literals in this order with anything between them: `a*b` is `['a', 'b']`, `a*` is `['a', '']`. */
  | { readonly kind: 'pattern'; readonly literals: readonly string[] }
  /** The field is there and not null. */
  | { readonly kind: 'present' }
  /** Between two values by code points; an absent end is open. */
  | { readonly kind: 'range'; readonly from?: Bound; readonly to?: Bound }
  /** Half-open span of time, milliseconds since 1970: `from <= date < before`; an absent end is open. */
  | { readonly kind: 'period'; readonly from?: number; readonly before?: number }
  /** The beginning of the value, whatever the case of its letters. */
  | { readonly kind: 'prefix_ignoring_case'; readonly value: string }

/**
 * Invariants:
 * 1. `and` and `or` have at least two operands;
 * 2. `period` occurs exactly with fields of kind `date`, beside `present`;
 * 3. `not` is true where its operand is not true, an absent field included.
 */
export type LogQuery =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly LogQuery[] }
  | { readonly kind: 'not'; readonly operand: LogQuery }
  | { readonly kind: 'test'; readonly field: LogFieldName; readonly match: LogMatch }
