/** A parsed search: what the grammar says, free of its text and of how the things that it searches are stored. */

/** Limits that are part of the query, so that both doors into a range can be open or closed. */
export interface Bound {
  readonly value: string
  readonly isInclusive: boolean
}

export type SearchMatch =
  /** The whole value. */
  | { readonly kind: 'exact'; readonly value: string }
  /** Literals in this order with anything between them: `a*b` is `['a', 'b']`, `a*` is `['a', '']`. */
  | { readonly kind: 'pattern'; readonly literals: readonly string[] }
  /** The field is there and not null. */
  | { readonly kind: 'present' }
  /** Between two values in the order of the field; an absent end is open. */
  | { readonly kind: 'range'; readonly from?: Bound; readonly to?: Bound }
  /** Half-open span of time, milliseconds since 1970: `from <= date < before`; an absent end is open. */
  | { readonly kind: 'period'; readonly from?: number; readonly before?: number }
  /** The beginning of the value, without regard to the case of its letters. */
  | { readonly kind: 'prefix_ignoring_case'; readonly value: string }

/**
 * Invariants:
 * 1. `and` and `or` have at least two operands;
 * 2. `period` occurs exactly with fields that are dates, beside `present`;
 * 3. `not` is true where its operand is not true, an absent field included.
 */
export type SearchQuery<Field extends string> =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly SearchQuery<Field>[] }
  | { readonly kind: 'not'; readonly operand: SearchQuery<Field> }
  | { readonly kind: 'test'; readonly field: Field; readonly match: SearchMatch }
