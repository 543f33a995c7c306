/** Writes a value as JSON text that PostgreSQL takes as jsonb and that never grows beyond a bound. */

import { isJsonObject, type JsonObject } from '../../base/json.ts'

/** Bytes of one stored event, in UTF-8. */
export const MAX_EVENT_BYTES = 32_768

/** Of one that any stranger can bring about: several times what it has of its own. */
export const MAX_REFUSAL_BYTES = 4_096

/** What stands where a text or a structure was cut. */
export const CUT = '… (cut)'

/** Texts up to this length cannot nest deep enough to trouble a parser: they need no walk over the value. */
const SMALL = 4_096
const MAX_DEPTH = 16
const CUT_DEPTH = 1
const MAX_KEY = 256

/** Tried in turn until the text fits: characters of one string, items of one array, keys of one object. */
const LIMITS = [
  { characters: Number.POSITIVE_INFINITY, items: Number.POSITIVE_INFINITY },
  { characters: 8_192, items: 200 },
  { characters: 1_024, items: 100 },
  { characters: 128, items: 20 },
] as const

interface Limit {
  readonly characters: number
  readonly items: number
}

/** At most so many characters, and the mark where some are missing. */
export const cutText = (text: string, max: number): string => (text.length > max ? text.slice(0, max) + CUT : text)

/** NUL and lone surrogates are legal in JavaScript and refused by jsonb: both become U+FFFD. */
const cleanText = (text: string, max: number): string => cutText(text, max).toWellFormed().replaceAll('\0', '\uFFFD')

const cleanValue = (value: unknown, limit: Limit, depth: number): unknown => {
  if (typeof value === 'string') return cleanText(value, limit.characters)
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return CUT
  if (!Array.isArray(value)) return cleanObject(value, limit, depth)
  const items = value.slice(0, limit.items).map(item => cleanValue(item, limit, depth - 1))
  return value.length > limit.items ? [...items, CUT] : items
}

const cleanObject = (value: object, limit: Limit, depth: number): object =>
  Object.fromEntries(
    Object.entries(value)
      .slice(0, limit.items)
      .map(([key, item]) => [cleanText(key, Math.min(MAX_KEY, limit.characters)), cleanValue(item, limit, depth - 1)]),
  )

/** A structure of which little is needed: its first level, with so many items, and characters of a text. */
export const cutStructure = (value: object, limit: Limit): unknown => cleanValue(value, limit, CUT_DEPTH)

/** JSON.stringify writes NUL and lone surrogates as escapes; looking for those is cheaper than a walk. */
const mayBeRefused = (text: string): boolean => text.includes('\\u0000') || text.includes('\\ud')

/** Undefined for a value that nests so deep that it cannot be written at all. */
const stringifyShallow = (value: JsonObject): string | undefined => {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/**
 * JSON text of at most `maxBytes`, or undefined when no limit makes it so. Strings, lists and objects are cut only as
 * far as needed; what was cut ends in the mark.
 */
export const toBoundedJson = (value: JsonObject, maxBytes = MAX_EVENT_BYTES): string | undefined => {
  const fits = (text: string): boolean => Buffer.byteLength(text) <= maxBytes
  const text = stringifyShallow(value)
  if (text !== undefined && text.length <= SMALL && fits(text) && !mayBeRefused(text)) return text
  for (const limit of LIMITS) {
    const cut = JSON.stringify(cleanValue(value, limit, MAX_DEPTH))
    if (fits(cut)) return cut
  }
  return undefined
}

/** The strings, numbers and booleans of an object: what remains when its structures are too large. */
export const scalarsOf = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => !isJsonObject(item) && !Array.isArray(item)))
