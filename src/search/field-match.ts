/** What a value means for a field: whole value, wildcard, range or span of time. */

import type { LogFieldDefinition, LogFieldName } from '../model/log-field.ts'
import { logField } from '../model/log-field.ts'
import type { Bound, SearchMatch } from '../model/search-query.ts'
import { dateSpan, type Span } from './date-span.ts'
import { QueryProblem } from './query-problem.ts'
import type { RangeToken, Word } from './tokens.ts'

/** A wildcard that is not at the end reads every row that the rest of the query leaves, so it must be worth it. */
const MIN_LITERAL_CHARACTERS = 3
const MAX_WILDCARDS = 8

/** A lone `*`. */
export const isOpen = ({ literals, isQuoted }: Word): boolean =>
  !isQuoted && literals.length > 1 && literals.every(x => x === '')

const patternOf = ({ literals, at }: Word): SearchMatch => {
  if (literals.every(literal => literal === '')) return { kind: 'present' }
  if (literals.length - 1 > MAX_WILDCARDS) throw new QueryProblem(at, `a term has at most ${MAX_WILDCARDS} wildcards`)
  const isPrefix = literals.length === 2 && literals[1] === ''
  if (!isPrefix && !literals.some(literal => literal.length >= MIN_LITERAL_CHARACTERS)) {
    const rule = `needs ${MIN_LITERAL_CHARACTERS} literal characters in a row`
    throw new QueryProblem(at, `a wildcard that is not only at the end ${rule}`)
  }
  return { kind: 'pattern', literals }
}

/** The time that a word names. @throws QueryProblem */
export const spanOf = (word: Word): Span => {
  const text = word.literals.join('*')
  const span = dateSpan(text)
  if (span) return span
  throw new QueryProblem(word.at, `"${text}" is not a date; write 2018-12, 2018-12-18 or 2018-12-18T10:00:00`)
}

/** An inclusive end takes in the whole month or day that it names, an exclusive one leaves all of it out. */
export const periodOf = ({ from, to, isFromInclusive, isToInclusive }: RangeToken): SearchMatch => ({
  kind: 'period',
  ...(isOpen(from) ? {} : { from: spanOf(from)[isFromInclusive ? 'from' : 'before'] }),
  ...(isOpen(to) ? {} : { before: spanOf(to)[isToInclusive ? 'before' : 'from'] }),
})

const boundOf = (word: Word, isInclusive: boolean): Bound => {
  if (word.literals.length > 1) throw new QueryProblem(word.at, 'an end of a range is a whole value or *')
  return { value: word.literals[0] ?? '', isInclusive }
}

/** The ends as they are written. */
export const valueRangeOf = ({ from, to, isFromInclusive, isToInclusive }: RangeToken): SearchMatch => ({
  kind: 'range',
  ...(isOpen(from) ? {} : { from: boundOf(from, isFromInclusive) }),
  ...(isOpen(to) ? {} : { to: boundOf(to, isToInclusive) }),
})

export const exactOf = ({ literals }: Word): SearchMatch => ({ kind: 'exact', value: literals[0] ?? '' })

export const booleanOf = (name: string, word: Word): SearchMatch => {
  const value = word.literals.join('*')
  if (value === 'true' || value === 'false') return { kind: 'exact', value }
  throw new QueryProblem(word.at, `${name} is true or false`)
}

const WORD_MATCH: Record<LogFieldDefinition['kind'], (name: LogFieldName, word: Word) => SearchMatch> = {
  text: (_name, word) => (word.literals.length > 1 ? patternOf(word) : exactOf(word)),
  date: (_name, word) => ({ kind: 'period', ...spanOf(word) }),
  boolean: booleanOf,
}

/** The match of a word, a phrase or a wildcard with a field of the log. */
export const wordMatch = (name: LogFieldName, word: Word): SearchMatch =>
  isOpen(word) ? { kind: 'present' } : WORD_MATCH[logField(name).kind](name, word)

/** The match of a range with a field of the log. */
export const rangeMatch = (name: LogFieldName, range: RangeToken): SearchMatch => {
  const { kind } = logField(name)
  if (kind === 'boolean') throw new QueryProblem(range.at, `${name} is true or false, it has no range`)
  if (isOpen(range.from) && isOpen(range.to)) return { kind: 'present' }
  return kind === 'date' ? periodOf(range) : valueRangeOf(range)
}
