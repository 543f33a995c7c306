/** Parses the text of a query in a dialect: the same grammar for everything that can be searched. */

import type { SearchQuery } from '../model/search-query.ts'
import type { Dialect } from './dialect.ts'
import { QueryProblem } from './query-problem.ts'
import { type RangeToken, type Token, tokenise } from './tokens.ts'

/** Longer text is answered with 414. */
export const MAX_QUERY_LENGTH = 2048
const MAX_DEPTH = 32
const MAX_TERMS = 64

export type ParsedSearch<Field extends string> =
  | { readonly ok: true; readonly ast: SearchQuery<Field> }
  | {
      readonly ok: false
      readonly reason: 'too_long' | 'syntax'
      /** Offset of the first character that cannot be read, from 0. */
      readonly position: number
      /** A clause without a full stop, such as `the quotation mark is not closed`. */
      readonly message: string
    }

/** How two neighbours in a group are joined: by a word, or by nothing. */
type Joint = 'and' | 'or' | 'none'

interface Member<Field extends string> {
  /** All of them must hold. */
  readonly queries: readonly SearchQuery<Field>[]
  /** What stands before it; the first has `none`. */
  readonly joint: Joint
  /** It was written with NOT, not in parentheses. */
  readonly isNegated: boolean
}

interface Cursor<Field extends string> {
  readonly tokens: readonly Token[]
  readonly dialect: Dialect<Field>
  at: number
  terms: number
}

/** Tokens are the same in every dialect. */
type Place = Omit<Cursor<string>, 'dialect'>

const current = (cursor: Place): Token => cursor.tokens[cursor.at] ?? { kind: 'end', at: 0 }

const take = (cursor: Place): Token => {
  const token = current(cursor)
  cursor.at += 1
  return token
}

const joined = <Field extends string>(
  kind: 'and' | 'or',
  operands: readonly SearchQuery<Field>[],
): SearchQuery<Field> => {
  const [first, ...others] = operands
  if (!first) throw new TypeError('a group has at least one member')
  return others.length > 0 ? { kind, operands } : first
}

const knownField = <Field extends string>({ isField, fieldNames }: Dialect<Field>, name: string, at: number): Field => {
  if (isField(name)) return name
  throw new QueryProblem(at, `unknown field "${name}"; fields are ${fieldNames.join(', ')}`)
}

const countTerm = (cursor: Place, at: number): void => {
  cursor.terms += 1
  if (cursor.terms > MAX_TERMS) throw new QueryProblem(at, `a query has at most ${MAX_TERMS} terms`)
}

const parseRange = <Field extends string>(
  cursor: Cursor<Field>,
  token: RangeToken,
  field?: Field,
): SearchQuery<Field> => {
  countTerm(cursor, token.at)
  if (!field) throw new QueryProblem(token.at, 'a range needs a field name before it')
  return { kind: 'test', field, match: cursor.dialect.rangeMatch(field, token) }
}

const parseWord = <Field extends string>(
  cursor: Cursor<Field>,
  token: Token & { readonly kind: 'word' },
  field?: Field,
): SearchQuery<Field> => {
  countTerm(cursor, token.at)
  if (field) return { kind: 'test', field, match: cursor.dialect.wordMatch(field, token) }
  const { bareFields, bareMatch } = cursor.dialect
  return {
    kind: 'or',
    operands: bareFields.map(name => ({ kind: 'test', field: name, match: bareMatch(name, token) })),
  }
}

/** `field:` and what follows it, or a term without a field; inside `field:( … )` every term takes that field. */
const parseTerm = <Field extends string>(cursor: Cursor<Field>, depth: number, field?: Field): SearchQuery<Field> => {
  const token = take(cursor)
  switch (token.kind) {
    case 'open':
      return parseGroup(cursor, depth + 1, token.at, field)
    case 'word':
      return parseWord(cursor, token, field)
    case 'range':
      return parseRange(cursor, token, field)
    case 'field': {
      if (field) throw new QueryProblem(token.at, 'a field cannot stand inside another; quote the term')
      const name = knownField(cursor.dialect, token.name, token.at)
      const next = current(cursor)
      if (next.kind === 'word' || next.kind === 'range' || next.kind === 'open') return parseTerm(cursor, depth, name)
      throw new QueryProblem(next.at, `${name}: needs a value`)
    }
    case 'and':
    case 'or':
      throw new QueryProblem(token.at, `${token.kind.toUpperCase()} needs a term before it`)
    case 'not':
      return parseNegation(cursor, depth, token.at, field)
    case 'close':
      throw new QueryProblem(token.at, 'a term is missing before the parenthesis')
    case 'end':
      throw new QueryProblem(token.at, 'a term is missing at the end')
  }
}

const parseNegation = <Field extends string>(
  cursor: Cursor<Field>,
  depth: number,
  at: number,
  field?: Field,
): SearchQuery<Field> => {
  if (depth >= MAX_DEPTH) throw new QueryProblem(at, `a query is at most ${MAX_DEPTH} levels deep`)
  return { kind: 'not', operand: parseTerm(cursor, depth + 1, field) }
}

const takeJoint = <Field extends string>(cursor: Cursor<Field>): Joint => {
  const { kind } = current(cursor)
  if (kind !== 'and' && kind !== 'or') return cursor.dialect.implicit === 'and' ? 'and' : 'none'
  cursor.at += 1
  return kind
}

const parseMembers = <Field extends string>(
  cursor: Cursor<Field>,
  depth: number,
  field?: Field,
): readonly Member<Field>[] => {
  const members: Member<Field>[] = []
  do {
    const joint = members.length === 0 ? 'none' : takeJoint(cursor)
    const isNegated = current(cursor).kind === 'not'
    members.push({ joint, isNegated, queries: [parseTerm(cursor, depth, field)] })
  } while (current(cursor).kind !== 'close' && current(cursor).kind !== 'end')
  return members
}

/** Members joined by AND become one; what is left is joined by OR or by nothing. */
const bindAnds = <Field extends string>(members: readonly Member<Field>[]): readonly Member<Field>[] => {
  const chains: Member<Field>[] = []
  for (const member of members) {
    const before = chains.at(-1)
    if (member.joint !== 'and' || !before) chains.push(member)
    else chains[chains.length - 1] = { ...before, isNegated: false, queries: [...before.queries, ...member.queries] }
  }
  return chains
}

/**
 * AND binds tighter than OR. As in Lucene, a NOT with no operator beside it shuts its terms out of the whole
 * group: `a b NOT c` is (a OR b) AND NOT c, while `a OR NOT c` means what it says.
 */
const bind = <Field extends string>(members: readonly Member<Field>[]): SearchQuery<Field> => {
  const chains = bindAnds(members)
  const isProhibition = ({ isNegated, joint }: Member<Field>, index: number): boolean =>
    isNegated && joint === 'none' && (chains[index + 1]?.joint ?? 'none') === 'none'
  const toQuery = ({ queries }: Member<Field>): SearchQuery<Field> => joined('and', queries)
  const wanted = chains.filter((member, index) => !isProhibition(member, index)).map(toQuery)
  const prohibited = chains.filter(isProhibition).map(toQuery)
  return joined('and', wanted.length > 0 ? [joined('or', wanted), ...prohibited] : prohibited)
}

const parseGroup = <Field extends string>(
  cursor: Cursor<Field>,
  depth: number,
  at: number,
  field?: Field,
): SearchQuery<Field> => {
  if (depth > MAX_DEPTH) throw new QueryProblem(at, `a query is at most ${MAX_DEPTH} levels deep`)
  const query = bind(parseMembers(cursor, depth, field))
  const close = take(cursor)
  if (close.kind !== (depth === 0 ? 'end' : 'close')) {
    throw new QueryProblem(close.at, depth === 0 ? 'no parenthesis is open here' : 'the parenthesis is not closed')
  }
  return query
}

/**
 * Parses a query: terms, phrases, `field:value`, wildcards, ranges, parentheses, AND, OR, NOT.
 * Never throws; blank text is a syntax error at 0.
 */
export const parseSearch = <Field extends string>(text: string, dialect: Dialect<Field>): ParsedSearch<Field> => {
  if (text.length > MAX_QUERY_LENGTH) {
    const message = `a query has at most ${MAX_QUERY_LENGTH} characters`
    return { ok: false, reason: 'too_long', position: MAX_QUERY_LENGTH, message }
  }
  try {
    const cursor: Cursor<Field> = { tokens: tokenise(text), dialect, at: 0, terms: 0 }
    return { ok: true, ast: parseGroup(cursor, 0, 0) }
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error
    return { ok: false, reason: 'syntax', position: error.position, message: error.message }
  }
}
