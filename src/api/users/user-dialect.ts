/** How users are searched: the grammar of the log's search over the fields of users, as far as an index answers it. */

import type { SearchMatch } from '../../model/search-query.ts'
import {
  isUserFieldName,
  isUserSearchField,
  METADATA_ROOTS,
  USER_FIELD_NAMES,
  type UserFieldDefinition,
  type UserSearchField,
  userField,
} from '../../model/user-field.ts'
import type { Dialect } from '../../search/dialect.ts'
import { booleanOf, exactOf, isOpen, periodOf, spanOf, valueRangeOf } from '../../search/field-match.ts'
import { QueryProblem } from '../../search/query-problem.ts'
import type { RangeToken, Word } from '../../search/tokens.ts'

const textOf = (_name: string, word: Word): SearchMatch => {
  const { literals, at } = word
  if (literals.length === 1) return exactOf(word)
  if (literals.length === 2 && literals[1] === '') return { kind: 'pattern', literals }
  throw new QueryProblem(at, 'users are found by whole values and by beginnings; a * stands at the end of a term')
}

const WHOLE_NUMBER = /^\d{1,9}$/

const numberOf = (name: string, word: Word): SearchMatch => {
  if (word.literals.length === 1 && WHOLE_NUMBER.test(word.literals[0] ?? '')) return exactOf(word)
  throw new QueryProblem(word.at, `${name} is a whole number`)
}

const WORD_MATCH: Record<UserFieldDefinition['kind'], (name: string, word: Word) => SearchMatch> = {
  text: textOf,
  date: (_name, word) => ({ kind: 'period', ...spanOf(word) }),
  boolean: booleanOf,
  number: numberOf,
}

const RANGE_MATCH: Record<UserFieldDefinition['kind'], (name: string, range: RangeToken) => SearchMatch> = {
  text: (_name, range) => valueRangeOf(range),
  date: (_name, range) => periodOf(range),
  boolean(name, { at }) {
    throw new QueryProblem(at, `${name} is true or false, it has no range`)
  },
  number(name, range) {
    for (const end of [range.from, range.to]) if (!isOpen(end)) numberOf(name, end)
    return valueRangeOf(range)
  },
}

const wholeOnly = (at: number): QueryProblem =>
  new QueryProblem(at, 'metadata is compared whole; wildcards and ranges are not available')

const wordMatch = (name: UserSearchField, word: Word): SearchMatch => {
  if (isUserFieldName(name)) return isOpen(word) ? { kind: 'present' } : WORD_MATCH[userField(name).kind](name, word)
  if (word.literals.length > 1) throw wholeOnly(word.at)
  return exactOf(word)
}

const rangeMatch = (name: UserSearchField, range: RangeToken): SearchMatch => {
  if (!isUserFieldName(name)) throw wholeOnly(range.at)
  const match = RANGE_MATCH[userField(name).kind](name, range)
  return isOpen(range.from) && isOpen(range.to) ? { kind: 'present' } : match
}

/** The parameter `q` of lists of users. A term without a field is compared with what people call each other by. */
export const USER_DIALECT: Dialect<UserSearchField> = {
  implicit: 'or',
  bareFields: USER_FIELD_NAMES.filter(name => userField(name).isBare),
  bareMatch: wordMatch,
  isField: isUserSearchField,
  fieldNames: [...USER_FIELD_NAMES, ...METADATA_ROOTS.map(root => `${root}.…`)],
  wordMatch,
  rangeMatch,
}
