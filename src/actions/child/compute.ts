/** The pure functions that the child lends to its isolates. Hostile code may call them with anything. */

import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto'
import { CIPHER_FUNCTIONS } from './cipher-functions.ts'
import { KEY_FUNCTIONS } from './key-functions.ts'
import { TEXT_FUNCTIONS } from './text-functions.ts'
import { readToken, signToken } from './token.ts'

/** Longer texts and buffers are refused: the work is done on the thread that serves every isolate of the child. */
const MAX_BYTES = 4_000_000
const MAX_URL_CHARS = 65_536
const MAX_TOKEN_CHARS = 200_000

const isText = (value: unknown, max = MAX_BYTES): value is string => typeof value === 'string' && value.length <= max

const isBytes = (value: unknown): value is ArrayBuffer => value instanceof ArrayBuffer && value.byteLength <= MAX_BYTES

/** A buffer of its own: Node's small buffers lie in a pool that holds other people's bytes. */
const alone = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

const URL_PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const

type SettablePart = Exclude<(typeof URL_PARTS)[number], 'origin'>

const isSettable = (part: unknown): part is SettablePart => part !== 'origin' && URL_PARTS.some(name => name === part)

/** The parts of an address, after one of them was changed if that is asked for. */
const urlParts = (address: unknown, base: unknown, part: unknown, value: unknown): readonly string[] | undefined => {
  if (!isText(address, MAX_URL_CHARS) || !(base === undefined || isText(base, MAX_URL_CHARS))) return undefined
  const url = URL.parse(address, base)
  if (!url) return undefined
  if (isSettable(part) && isText(value, MAX_URL_CHARS)) url[part] = value
  return URL_PARTS.map(name => url[name])
}

const isPairs = (value: unknown): value is [string, string][] => {
  if (!Array.isArray(value) || value.length > 10_000) return false
  let chars = 0
  return value.every(pair => {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string' || typeof pair[1] !== 'string') return false
    chars += pair[0].length + pair[1].length
    return chars <= 500_000
  })
}

const DIGESTS = new Set(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'])

const digest = (algorithm: unknown, data: unknown, key: unknown): ArrayBuffer | undefined => {
  const name = isText(algorithm, 16) ? algorithm.toLowerCase().replace('-', '') : ''
  if (!DIGESTS.has(name) || !isBytes(data)) return undefined
  if (key === undefined) return alone(createHash(name).update(new Uint8Array(data)).digest())
  return isBytes(key) ? alone(createHmac(name, new Uint8Array(key)).update(new Uint8Array(data)).digest()) : undefined
}

const decode = (label: unknown, fatal: unknown, ignoreBOM: unknown, bytes: unknown): string | undefined =>
  isText(label, 32) && isBytes(bytes)
    ? new TextDecoder(label, { fatal: fatal === true, ignoreBOM: ignoreBOM === true }).decode(bytes)
    : undefined

/** Name → function; undefined says that the arguments do not fit. */
const FUNCTIONS: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  ...TEXT_FUNCTIONS,
  ...KEY_FUNCTIONS,
  ...CIPHER_FUNCTIONS,
  utf8: text => (isText(text) ? alone(Buffer.from(text)) : undefined),
  decode,
  encodingName: label => (isText(label, 32) ? new TextDecoder(label).encoding : undefined),
  atob: text => (isText(text) ? atob(text) : undefined),
  btoa: text => (isText(text) ? btoa(text) : undefined),
  url: urlParts,
  queryParse: query => (isText(query, MAX_URL_CHARS) ? [...new URLSearchParams(query)] : undefined),
  queryText: pairs => (isPairs(pairs) ? new URLSearchParams(pairs).toString() : undefined),
  random: length =>
    typeof length === 'number' && length >= 0 && length <= 65_536 ? alone(randomBytes(length)) : undefined,
  uuid: () => randomUUID(),
  digest,
  signToken: (claims, secret) =>
    isText(claims, MAX_TOKEN_CHARS) && isText(secret, MAX_TOKEN_CHARS) ? signToken(claims, secret) : undefined,
  readToken: (token, secret) =>
    isText(token, MAX_TOKEN_CHARS) && isText(secret, MAX_TOKEN_CHARS)
      ? readToken(token, secret, Date.now())
      : { error: 'the token is not text' },
}

/** Never throws: an error of the child's own would tell an Action where the server lives. */
export const compute = (name: unknown, ...args: readonly unknown[]): unknown => {
  try {
    return isText(name, 32) && Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]?.(...args) : undefined
  } catch {
    return undefined
  }
}
