/** The two parameters that search the log share one grammar and differ in what is left unsaid. */

import { LOG_FIELD_NAMES, type LogFieldName, logField } from '../../model/log-field.ts'
import type { LogMatch } from '../../model/log-query.ts'
import { wordMatch } from './field-match.ts'
import type { Word } from './tokens.ts'

export interface Dialect {
  /** What joins two terms with nothing between them. */
  readonly implicit: 'and' | 'or'
  /** The fields that a term without a name is compared with. */
  readonly bareFields: readonly LogFieldName[]
  readonly bareMatch: (name: LogFieldName, word: Word) => LogMatch
}

const startsWithIgnoringCase = (name: LogFieldName, word: Word): LogMatch =>
  word.isQuoted || word.literals.length > 1
    ? wordMatch(name, word)
    : { kind: 'prefix_ignoring_case', value: word.literals[0] ?? '' }

/**
 * `q` follows Lucene's query parser, where terms side by side are alternatives; `search`, the older parameter,
 * narrows with each term and takes a word without a field as the beginning of a name.
 */
export const DIALECTS = {
  q: { implicit: 'or', bareFields: LOG_FIELD_NAMES.filter(name => logField(name).isBare), bareMatch: wordMatch },
  search: {
    implicit: 'and',
    bareFields: LOG_FIELD_NAMES.filter(name => logField(name).isLegacyBare),
    bareMatch: startsWithIgnoringCase,
  },
} as const satisfies Record<string, Dialect>

export type DialectName = keyof typeof DIALECTS
