/** `querystring` of Node: the rules are Node's own, in the child. */

import type { PartSurroundings } from '../part.ts'

interface ParseOptions {
  readonly maxKeys?: number
}

const toText = (value: unknown): string =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ? String(value) : ''

const escapeText = (text: unknown): string => encodeURIComponent(String(text))

export const make = ({ bridge }: PartSurroundings): unknown => {
  const unescapeText = (text: unknown): string => String(bridge.compute('queryUnescape', String(text)) ?? '')
  const parse = (text: unknown, separator?: unknown, equals?: unknown, { maxKeys }: ParseOptions = {}): object => {
    const settings = [String(separator || '&'), String(equals || '='), maxKeys]
    const pairs = typeof text === 'string' ? bridge.compute('queryEntries', text, ...settings) : []
    if (!Array.isArray(pairs)) throw new RangeError('the query string is too long')
    // Nothing is inherited: a name of the query cannot be taken for a member of an object, nor change one.
    const found: Record<string, unknown> = Object.create(null)
    for (const [name, value] of pairs) found[String(name)] = value
    return found
  }
  const stringify = (object: unknown, separator?: unknown, equals?: unknown): string => {
    if (typeof object !== 'object' || object === null) return ''
    const pairs = Object.entries(object).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(toText) : toText(value),
    ])
    const text = bridge.compute('queryString', JSON.stringify(pairs), String(separator || '&'), String(equals || '='))
    if (typeof text === 'string') return text
    throw new RangeError('the query string is too long')
  }
  return { parse, stringify, decode: parse, encode: stringify, escape: escapeText, unescape: unescapeText }
}
