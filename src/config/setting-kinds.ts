/** The kinds of text that a setting can be: each reads a value or says `undefined` for what it does not accept. */

import { resolve } from 'node:path'

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

/** 32 bytes, written as 64 hexadecimal digits or in base64 (either alphabet). */
export const key: Read<Uint8Array> = text => {
  const encoding = /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64'
  if (encoding === 'base64' && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined
  return new Uint8Array(Buffer.from(text, encoding))
}

/** The name of a header (RFC 9110 section 5.1), in lower case as Node has them. */
export const headerName: Read<string> = text => (/^[!#$%&'*+.^_`|~\w-]+$/.test(text) ? text.toLowerCase() : undefined)
