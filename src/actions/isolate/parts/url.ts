/** `url` of Node: the classes of the globals, and the functions of the older interface with Node's own rules. */

import type { PartSurroundings } from '../part.ts'

interface Globals {
  readonly URL: new (address: string) => { readonly href: string; readonly searchParams: object }
  readonly URLSearchParams: unknown
}

interface QueryString {
  parse(text: string): object
  stringify(object: unknown): string
}

type Parts = Record<string, unknown>

const WRITTEN: readonly string[] = [
  'protocol',
  'slashes',
  'auth',
  'host',
  'port',
  'hostname',
  'hash',
  'search',
  'pathname',
]

const invalid = () =>
  Object.assign(new TypeError('The "url" argument must be a URL as text'), { code: 'ERR_INVALID_ARG_TYPE' })

export const make = ({ bridge, load }: PartSurroundings): unknown => {
  const { URL, URLSearchParams } = globalThis as unknown as Globals // made by url.ts
  const { parse: parseQuery, stringify } = load('querystring') as QueryString // what the part makes

  class Url {
    format(): string {
      return format(this)
    }
    resolve(to: unknown): string {
      return resolve(format(this), to)
    }
  }
  const parse = (text: unknown, withQuery = false, slashesDenoteHost = false): object => {
    const pairs = typeof text === 'string' ? bridge.compute('legacyUrl', text, slashesDenoteHost) : undefined
    if (!Array.isArray(pairs)) throw invalid()
    const parts: Parts = Object.fromEntries(pairs)
    const query = withQuery ? { query: parseQuery(String(parts.query ?? '')) } : {}
    return Object.assign(new Url(), parts, query)
  }
  const format = (given: unknown): string => {
    if (given instanceof URL) return String(given)
    const parts: Parts = Object(typeof given === 'string' ? parse(given) : given)
    const { query, search } = parts
    const fromQuery = !search && typeof query === 'object' && query !== null ? { search: `?${stringify(query)}` } : {}
    const known = Object.entries({ ...parts, ...fromQuery }).filter(
      ([name, value]) => WRITTEN.includes(name) && value !== null && value !== undefined,
    )
    const text = bridge.compute(
      'legacyUrlText',
      JSON.stringify(known.map(([name, value]) => [name, typeof value === 'boolean' ? value : String(value)])),
    )
    if (typeof text === 'string') return text
    throw invalid()
  }
  const resolve = (from: unknown, to: unknown): string => {
    const text = bridge.compute('legacyUrlResolve', String(from), String(to))
    if (typeof text === 'string') return text
    throw invalid()
  }
  return {
    URL,
    URLSearchParams,
    Url,
    parse,
    format,
    resolve,
    domainToASCII: (domain: unknown) => bridge.compute('domainToASCII', String(domain)),
    domainToUnicode: (domain: unknown) => bridge.compute('domainToUnicode', String(domain)),
    urlToHttpOptions: (url: unknown) => ({ ...parse(String(url)) }),
  }
}
