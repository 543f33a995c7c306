/** Buffer of a polyfill, with the encoding that is younger than it: base64url. */

import { Buffer } from 'buffer/'

const URL_SAFE = 'base64url'

const toBase64 = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/')

const toUrlSafe = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

type Encode = (this: unknown, encoding?: string, ...rest: readonly unknown[]) => string

type From = (value: unknown, encoding?: unknown, ...rest: readonly unknown[]) => unknown

/** The class, taught once. */
export const bufferClass = (): typeof Buffer => {
  const from = Buffer.from as From // one signature instead of many
  const encode = Buffer.prototype.toString as Encode // as above
  const isEncoding = Buffer.isEncoding
  Object.assign(Buffer, {
    from: (value: unknown, encoding?: unknown, ...rest: readonly unknown[]) =>
      encoding === URL_SAFE && typeof value === 'string'
        ? from(toBase64(value), 'base64')
        : from(value, encoding, ...rest),
    isEncoding: (name: string) => name === URL_SAFE || isEncoding(name),
  })
  Object.assign(Buffer.prototype, {
    toString(this: unknown, encoding?: string, ...rest: readonly unknown[]) {
      if (encoding !== URL_SAFE) return encode.call(this, encoding, ...rest)
      return toUrlSafe(encode.call(this, 'base64', ...rest))
    },
  })
  return Buffer
}
