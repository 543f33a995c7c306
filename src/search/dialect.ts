/** What may be searched for, and what is left unsaid: the parameters that search the log share a grammar and differ in that. */

import { isLogFieldName, LOG_FIELD_NAMES, type LogFieldName, logField } from '../model/log-field.ts'
import type { SearchMatch } from '../model/search-query.ts'
import { rangeMatch, wordMatch } from './field-match.ts'
import type { RangeToken, Word } from './tokens.ts'

/** The fields of one kind of thing, as the grammar asks for them. */
export interface Dialect<Field extends string> {
  /** What joins two terms with nothing between them. */
  readonly implicit: 'and' | 'or'
  /** The fields that a term without a name is compared with. */
  readonly bareFields: readonly Field[]
  readonly bareMatch: (name: Field, word: Word) => SearchMatch
  readonly isField: (name: string) => name is Field
  /** For the sentence that refuses another name. */
  readonly fieldNames: readonly string[]
  /** The match of `field:word`, `field:"phrase"` and `field:wild*card`. @throws QueryProblem */
  readonly wordMatch: (name: Field, word: Word) => SearchMatch
  /** The match of `field:[from TO to]`. @throws QueryProblem */
  readonly rangeMatch: (name: Field, range: RangeToken) => SearchMatch
}

const startsWithIgnoringCase = (name: LogFieldName, word: Word): SearchMatch =>
  word.isQuoted || word.literals.length > 1
    ? wordMatch(name, word)
    : { kind: 'prefix_ignoring_case', value: word.literals[0] ?? '' }

const LOG = { isField: isLogFieldName, fieldNames: LOG_FIELD_NAMES, wordMatch, rangeMatch } as const

/**
 * `q` follows Lucene's query parser, where terms side by side are alternatives; `search`, the older parameter,
 * narrows with each term and takes a word without a field as the beginning of a name.
 */
export const DIALECTS = {
  q: {
    ...LOG,
    implicit: 'or',
    bareFields: LOG_FIELD_NAMES.filter(name => logField(name).isBare),
    bareMatch: wordMatch,
  },
  search: {
    ...LOG,
    implicit: 'and',
    bareFields: LOG_FIELD_NAMES.filter(name => logField(name).isLegacyBare),
    bareMatch: startsWithIgnoringCase,
  },
} as const satisfies Record<string, Dialect<LogFieldName>>
