/** Node's rules for paths, query strings and addresses of the old kind, lent to isolates: text in, text out. */

import { posix } from 'node:path'
import { parse as parseQuery, stringify as queryText, unescape as unescapeQuery } from 'node:querystring'
import { domainToASCII, domainToUnicode, format, parse, resolve } from 'node:url'
import type { Lent } from './lent.ts'

/**
 * Characters in all arguments together, so that no function takes more than a few milliseconds without a compiler:
 * Node's own take time in proportion to the square of a path.
 */
const MAX = { path: 8192, url: 16_384, query: 32_768 } as const

const isText = (value: unknown, max: number): value is string => typeof value === 'string' && value.length <= max

const areTexts = (values: readonly unknown[], max: number): values is readonly string[] => {
  let chars = 0
  return values.every(value => {
    chars += typeof value === 'string' ? value.length + 1 : max + 1
    return chars <= max
  })
}

/** The functions of node:path that are about text alone; `resolve` and `relative` begin at the root, never at a folder of the server. */
const PATHS: Readonly<Record<string, (...parts: readonly string[]) => unknown>> = {
  basename: (path = '', suffix) => posix.basename(path, suffix),
  dirname: (path = '') => posix.dirname(path),
  extname: (path = '') => posix.extname(path),
  isAbsolute: (path = '') => posix.isAbsolute(path),
  join: (...parts) => posix.join(...parts),
  normalize: (path = '') => posix.normalize(path),
  parse: (path = '') => posix.parse(path),
  relative: (from = '', to = '') => posix.relative(posix.resolve('/', from), posix.resolve('/', to)),
  resolve: (...parts) => posix.resolve('/', ...parts),
}

/** Escaped characters are six; a list has punctuation. */
const JSON_FACTOR = 8

/** Lists cross the border as JSON: their size is known before anything is done about them. */
const readList = (json: unknown, max: number): readonly unknown[] | undefined => {
  const list: unknown = isText(json, JSON_FACTOR * max) ? JSON.parse(json) : undefined
  return Array.isArray(list) ? list : undefined
}

const path: Lent = (name, json) => {
  const parts = readList(json, MAX.path)
  if (typeof name !== 'string' || !Object.hasOwn(PATHS, name)) return undefined
  return parts && areTexts(parts, MAX.path) ? PATHS[name]?.(...parts) : undefined
}

/** Pairs rather than an object: a name can be `__proto__`. */
const queryEntries = (text: unknown, separator: unknown, equals: unknown, maxKeys: unknown): unknown => {
  const given = [text, separator, equals]
  if (!areTexts(given, MAX.query)) return undefined
  return Object.entries(parseQuery(given[0] ?? '', given[1], given[2], typeof maxKeys === 'number' ? { maxKeys } : {}))
}

type QueryPair = readonly [name: string, value: string | readonly string[]]

/** Names with a value or a list of values. */
const areQueryPairs = (pairs: readonly unknown[]): pairs is readonly QueryPair[] => {
  let chars = 0
  const fits = (value: unknown): boolean => {
    chars += typeof value === 'string' ? value.length + 1 : MAX.query + 1
    return chars <= MAX.query
  }
  return pairs.every(
    pair => Array.isArray(pair) && fits(pair[0]) && (Array.isArray(pair[1]) ? pair[1].every(fits) : fits(pair[1])),
  )
}

/** @param json pairs of a name and a value, or a list of values */
const queryString: Lent = (json, separator, equals) => {
  const pairs = readList(json, MAX.query)
  if (!pairs || !areQueryPairs(pairs) || !isText(separator, 100) || !isText(equals, 100)) return undefined
  const parts = pairs.map(([name, value]) => queryText({ [name]: value }, separator, equals))
  return parts.filter(part => part !== '').join(separator || '&')
}

const LEGACY_PARTS = [
  'protocol',
  'slashes',
  'auth',
  'host',
  'port',
  'hostname',
  'hash',
  'search',
  'query',
  'pathname',
  'path',
  'href',
] as const

const isPart = (value: unknown): boolean => typeof value === 'string' || typeof value === 'boolean'

/** The parts that `url.format` reads, each with a value that it can bear. */
const toLegacy = (json: unknown): object | undefined => {
  const pairs = readList(json, MAX.url)
  if (!pairs || pairs.length > LEGACY_PARTS.length) return undefined
  const known = pairs.filter(
    (pair): pair is readonly [string, string | boolean] =>
      Array.isArray(pair) && LEGACY_PARTS.some(name => name === pair[0] && name !== 'query') && isPart(pair[1]),
  )
  const texts = known.map(([, value]) => String(value))
  return areTexts(texts, MAX.url) ? Object.fromEntries(known) : undefined
}

/** Name → function; undefined says that the arguments do not fit. */
export const TEXT_FUNCTIONS: Readonly<Record<string, Lent>> = {
  path,
  queryEntries,
  queryString,
  queryUnescape: text => (isText(text, MAX.query) ? unescapeQuery(text) : undefined),
  legacyUrl: (text, slashesDenoteHost) => {
    if (!isText(text, MAX.url)) return undefined
    const url = parse(text, false, slashesDenoteHost === true)
    return LEGACY_PARTS.map(name => [name, url[name]])
  },
  legacyUrlText: json => {
    const url = toLegacy(json)
    return url ? format(url) : undefined
  },
  legacyUrlResolve: (...given) => (areTexts(given, MAX.url) ? resolve(given[0] ?? '', given[1] ?? '') : undefined),
  domainToASCII: domain => (isText(domain, MAX.url) ? domainToASCII(domain) : undefined),
  domainToUnicode: domain => (isText(domain, MAX.url) ? domainToUnicode(domain) : undefined),
}
