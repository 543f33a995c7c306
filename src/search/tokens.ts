/** Cuts the text of a log query into tokens. */

import { QueryProblem } from './query-problem.ts'

/** A word or one end of a range: its literals are what stands between unescaped `*`. */
export interface Word {
  readonly literals: readonly string[]
  readonly isQuoted: boolean
  readonly at: number
}

export interface RangeToken {
  readonly kind: 'range'
  readonly at: number
  readonly from: Word
  readonly to: Word
  readonly isFromInclusive: boolean
  readonly isToInclusive: boolean
}

export type Token =
  | { readonly kind: 'open' | 'close' | 'and' | 'or' | 'not' | 'end'; readonly at: number }
  | { readonly kind: 'field'; readonly at: number; readonly name: string }
  | ({ readonly kind: 'word' } & Word)
  | RangeToken

const OPERATORS: ReadonlyMap<string, 'and' | 'or' | 'not'> = new Map([
  ['AND', 'and'],
  ['OR', 'or'],
  ['NOT', 'not'],
])

/** Lucene's other syntax: read as such it would be ignored silently, so it is refused with what to write instead. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['?', 'the wildcard ? is not supported; use *, or quote the term'],
  ['~', 'fuzzy terms are not supported; quote the term'],
  ['^', 'boosts are not supported; quote the term'],
])
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['&&', 'write AND, or quote the term'],
  ['||', 'write OR, or quote the term'],
])

const ENDS_WORD = /[\s()"[\]{}]/

interface Piece {
  readonly word: Word
  readonly raw: string
  readonly end: number
}

/** Reads `"…"` from its opening quote. A backslash makes the next character literal. */
const readPhrase = (text: string, at: number): Piece => {
  let value = ''
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] === '"') {
      return { word: { literals: [value], isQuoted: true, at }, raw: '', end: i + 1 }
    }
    if (text[i] === '\\') i += 1
    value += text[i] ?? ''
  }
  throw new QueryProblem(at, 'the quotation mark is not closed')
}

/** Reads an unquoted word up to white space, a bracket, a quotation mark or, where it may name a field, a colon. */
const readWord = (text: string, at: number, endsAtColon: boolean): Piece => {
  const literals = ['']
  let i = at
  for (; i < text.length; i += 1) {
    let char = text[i] ?? ''
    if (ENDS_WORD.test(char) || (endsAtColon && char === ':')) break
    if (char === '*') {
      literals.push('')
      continue
    }
    const problem = UNSUPPORTED.get(char)
    if (problem) throw new QueryProblem(i, problem)
    if (char === '\\') {
      i += 1
      if (i >= text.length) throw new QueryProblem(i - 1, 'nothing follows the backslash')
      char = text[i] ?? ''
    }
    literals[literals.length - 1] += char
  }
  return { word: { literals, isQuoted: false, at }, raw: text.slice(at, i), end: i }
}

const skipSpace = (text: string, at: number): number => {
  let i = at
  while (i < text.length && /\s/.test(text[i] ?? '')) i += 1
  return i
}

const readBound = (text: string, at: number): Piece => {
  const start = skipSpace(text, at)
  const piece = text[start] === '"' ? readPhrase(text, start) : readWord(text, start, false)
  if (piece.end === start) throw new QueryProblem(start, 'a range is written [from TO to]')
  return piece
}

/** Reads `[a TO b]`, `{a TO b}` and the mixed forms from the opening bracket. */
const readRange = (text: string, at: number): readonly [RangeToken, end: number] => {
  const from = readBound(text, at + 1)
  const to = readBound(text, from.end)
  if (to.raw !== 'TO') throw new QueryProblem(to.word.at, 'a range is written [from TO to]')
  const until = readBound(text, to.end)
  const end = skipSpace(text, until.end)
  const close = text[end]
  if (close !== ']' && close !== '}') throw new QueryProblem(end, 'the range is not closed by ] or }')
  const token: RangeToken = {
    kind: 'range',
    at,
    from: from.word,
    to: until.word,
    isFromInclusive: text[at] === '[',
    isToInclusive: close === ']',
  }
  return [token, end + 1]
}

/** Reads what begins with an ordinary character: an operator, a field's name or a word. */
const readTerm = (text: string, at: number, isValue: boolean): readonly [Token, end: number] => {
  const { word, raw, end } = readWord(text, at, !isValue)
  if (isValue) return [{ kind: 'word', ...word }, end]
  if (text[end] === ':') {
    if (raw === '') throw new QueryProblem(at, 'a field name is missing before the colon')
    return [{ kind: 'field', at, name: word.literals.join('*') }, end + 1]
  }
  const operator = OPERATORS.get(raw)
  if (operator) return [{ kind: operator, at }, end]
  const instead = INSTEAD.get(raw)
  if (instead) throw new QueryProblem(at, instead)
  if (/^[-+!]/.test(raw))
    throw new QueryProblem(at, `a term cannot begin with ${raw[0]}; write NOT or AND, or quote it`)
  return [{ kind: 'word', ...word }, end]
}

const readToken = (text: string, at: number, isValue: boolean): readonly [Token, end: number] => {
  const char = text[at]
  if (char === '(') return [{ kind: 'open', at }, at + 1]
  if (char === ')') return [{ kind: 'close', at }, at + 1]
  if (char === '[' || char === '{') return readRange(text, at)
  if (char === ']' || char === '}')
    throw new QueryProblem(at, `nothing is closed by ${char}; quote it or write \\${char}`)
  if (char === '"') {
    const { word, end } = readPhrase(text, at)
    return [{ kind: 'word', ...word }, end]
  }
  return readTerm(text, at, isValue)
}

/** The tokens of a query; the last is `end`. Throws a QueryProblem where the text cannot be read. */
export const tokenise = (text: string): readonly Token[] => {
  // PostgreSQL's text cannot hold it, so no value has it.
  const nul = text.indexOf('\0')
  if (nul >= 0) throw new QueryProblem(nul, 'the character U+0000 cannot occur in a value')
  const tokens: Token[] = []
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const [token, end] = readToken(text, at, tokens.at(-1)?.kind === 'field')
    tokens.push(token)
    at = skipSpace(text, end)
  }
  return [...tokens, { kind: 'end', at: text.length }]
}
