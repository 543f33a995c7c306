/** The kinds of text that a setting can be: each reads a value or says `undefined` for what it does not accept. */

import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { addressKind } from '../base/address-kind.ts'
import type { Rate } from '../base/rate-limiter.ts'
import { isEmail, normalizeEmail } from '../model/email-address.ts'

/** Reads the text of a setting; `undefined` when it is not of the kind. */
export type Read<T> = (text: string) => T | undefined

/** A whole number within bounds, in decimal digits only. */
export const wholeNumber =
  (least: number, most: number): Read<number> =>
  text =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined

/** Text of a shape. */
export const matching =
  (pattern: RegExp): Read<string> =>
  text =>
    pattern.test(text) ? text : undefined

/** One of a few words. */
export const oneOf =
  <const Word extends string>(...words: readonly Word[]): Read<Word> =>
  text =>
    words.find(word => word === text)

/** An email address, in the form in which addresses are unique. */
export const email: Read<string> = text => {
  const address = normalizeEmail(text)
  return isEmail(address) ? address : undefined
}

const SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3_600, day: 86_400 }

/** `100/day`: a hundred at once, and a hundred a day; `1/minute,20`: twenty at once, and one a minute. */
export const rate: Read<Rate | 'off'> = text => {
  if (text === 'off') return text
  const [, count = '', unit = '', burst = count] =
    /^(\d{1,6})\/(second|minute|hour|day)(?:,(\d{1,7}))?$/.exec(text) ?? []
  if (Number(count) === 0 || Number(burst) === 0) return undefined
  return Object.freeze({ burst: Number(burst), secondsEach: (SECONDS[unit] ?? 0) / Number(count) })
}

/** So many failures in a row, and a pause that follows them. */
export interface Block {
  readonly failures: number
  readonly seconds: number
}

/** `10,900`: ten failures, then 900 seconds. */
export const block: Read<Block | 'off'> = text => {
  if (text === 'off') return text
  const [, failures = '', seconds = ''] = /^(\d{1,4}),(\d{1,6})$/.exec(text) ?? []
  if (Number(failures) === 0 || Number(seconds) === 0) return undefined
  return Object.freeze({ failures: Number(failures), seconds: Number(seconds) })
}

/** A path, made absolute from the folder in which the server was started. */
export const path: Read<string> = text => (text.includes('\0') ? undefined : resolve(text))

/** An http or https address without path, query or user; comes back with the trailing slash that `iss` must have. */
export const origin: Read<string> = text => {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.href !== `${url.origin}/`) return undefined
  return url.href
}

/** Schemes whose addresses run or read something in the browser that follows them. */
const UNSAFE_SCHEMES: readonly string[] = ['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:']

/** An absolute address to which a browser may be sent back; no fragment (RFC 6749 section 3.1.2). */
const isCallback = (text: string): boolean => {
  const url = URL.parse(text)
  return url !== null && !text.includes('#') && !UNSAFE_SCHEMES.includes(url.protocol)
}

/** Callback addresses, separated by commas. */
export const callbacks: Read<readonly string[]> = text => {
  const list = text.split(',').map(item => item.trim())
  return list.every(isCallback) ? Object.freeze(list) : undefined
}

/** A host as URLs have it, and a port: lists are of exact hosts, so that nothing is permitted by accident. */
const HOST = /^([\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::(\d{1,5}))?$/i

/** `host:port` of an entry; both ports of the web when it has none. Empty for what is no host. */
const toHosts = (text: string): readonly string[] => {
  const [, host = '', port] = HOST.exec(text) ?? []
  const url = host ? URL.parse(`http://${host}:${port ?? '1'}`) : null
  const bare = url?.hostname.replace(/[[\]]/g, '') ?? ''
  // What is never connected to cannot be listed either: a reader of the list expects otherwise.
  if (!url || (isIP(bare) && addressKind(bare) === 'never')) return []
  return (port === undefined ? ['80', '443'] : [String(Number(port))]).map(one => `${url.hostname}:${one}`)
}

/** Hosts with or without a port, separated by commas; comes back as `host:port`. */
export const hosts: Read<ReadonlySet<string>> = text => {
  const lists = text.split(',').map(item => toHosts(item.trim()))
  return lists.every(list => list.length > 0) ? new Set(lists.flat()) : undefined
}

/** 32 bytes, written as 64 hexadecimal digits or in base64 (either alphabet). */
export const key: Read<Uint8Array> = text => {
  const encoding = /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64'
  if (encoding === 'base64' && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined
  return new Uint8Array(Buffer.from(text, encoding))
}

/** The name of a header (RFC 9110 section 5.1), in lower case as Node has them. */
export const headerName: Read<string> = text => (/^[!#$%&'*+.^_`|~\w-]+$/.test(text) ? text.toLowerCase() : undefined)
