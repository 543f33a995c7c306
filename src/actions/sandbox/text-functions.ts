/** Node's rules for paths, query strings and addresses of the old kind, lent to isolates: text in, text out. */

import { posix } from 'node:path'
import { parse as parseQuery, stringify as queryText, unescape as unescapeQuery } from 'node:querystring'
import { domainToASCII, domainToUnicode, format, parse, resolve } from 'node:url'

type Lent = (...args: readonly unknown[]) => unknown

const MAX_CHARS = 65_536
const MAX_PARTS = 100

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_CHARS

const isTexts = (values: readonly unknown[]): values is readonly string[] =>
  values.length <= MAX_PARTS && values.every(isText)

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

const path = (name: unknown, ...parts: readonly unknown[]): unknown =>
  isText(name) && Object.hasOwn(PATHS, name) && isTexts(parts) ? PATHS[name]?.(...parts) : undefined

/** Pairs rather than an object: a name can be `__proto__`. */
const queryEntries = (text: unknown, separator: unknown, equals: unknown, maxKeys: unknown): unknown => {
  if (!isText(text) || !isText(separator) || !isText(equals)) return undefined
  return Object.entries(parseQuery(text, separator, equals, typeof maxKeys === 'number' ? { maxKeys } : {}))
}

const isQueryValue = (value: unknown): value is string | string[] =>
  isText(value) || (Array.isArray(value) && isTexts(value))

/** @param pairs name and value, or name and values */
const queryString = (pairs: unknown, separator: unknown, equals: unknown): string | undefined => {
  if (!Array.isArray(pairs) || pairs.length > 10_000 || !isText(separator) || !isText(equals)) return undefined
  const parts = pairs.map((pair: unknown) => {
    const [name, value]: readonly unknown[] = Array.isArray(pair) ? pair : []
    return isText(name) && isQueryValue(value) ? queryText({ [name]: value }, separator, equals) : ''
  })
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

const isTextOrFlag = (value: unknown): value is string | boolean => isText(value) || typeof value === 'boolean'

/** The parts that `url.format` reads, each with a value that it can bear. */
const toLegacy = (pairs: unknown): object | undefined => {
  if (!Array.isArray(pairs) || pairs.length > LEGACY_PARTS.length) return undefined
  const known = pairs.filter(
    (pair: unknown) =>
      Array.isArray(pair) && LEGACY_PARTS.some(name => name === pair[0] && name !== 'query') && isTextOrFlag(pair[1]),
  )
  return Object.fromEntries(known)
}

/** Name → function; undefined says that the arguments do not fit. */
export const TEXT_FUNCTIONS: Readonly<Record<string, Lent>> = {
  path,
  queryEntries,
  queryString,
  queryUnescape: text => (isText(text) ? unescapeQuery(text) : undefined),
  legacyUrl: (text, slashesDenoteHost) => {
    if (!isText(text)) return undefined
    const url = parse(text, false, slashesDenoteHost === true)
    return LEGACY_PARTS.map(name => [name, url[name]])
  },
  legacyUrlText: pairs => {
    const url = toLegacy(pairs)
    return url ? format(url) : undefined
  },
  legacyUrlResolve: (from, to) => (isText(from) && isText(to) ? resolve(from, to) : undefined),
  domainToASCII: domain => (isText(domain) ? domainToASCII(domain) : undefined),
  domainToUnicode: domain => (isText(domain) ? domainToUnicode(domain) : undefined),
}
