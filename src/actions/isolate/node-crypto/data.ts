/** What node:crypto takes for data, and what it gives back. */

import type { Buffer as BufferType } from 'buffer/'
import { type Bytes, bytesOf, concatBytes } from '../bytes.ts'

/** The isolate's own Buffer. */
export const bufferClass = () => (globalThis as unknown as { readonly Buffer: typeof BufferType }).Buffer // made by buffer.ts

/** Texts are decoded by the encoding that is named; a TypeError for what is no data. */
export const toBytes = (data: unknown, encoding?: unknown): Bytes => {
  if (typeof data !== 'string') return bytesOf(data)
  return bytesOf(bufferClass().from(data, (encoding ?? 'utf8') as 'utf8')) // Buffer refuses unknown names
}

/** A Buffer, or a text in the encoding that is asked for. */
export const fromBytes = (bytes: ArrayBuffer | Bytes, encoding: unknown): unknown => {
  const buffer = bufferClass().from(bytes instanceof ArrayBuffer ? bytes : bytes.buffer)
  return encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding as 'hex') // as above
}

/** What one operation may be given in all. */
const MAX_BYTES = 4_000_000

/** Data that comes in parts. */
export const createParts = () => {
  const parts: Bytes[] = []
  let size = 0
  return {
    add: (part: Bytes): void => {
      size += part.length
      if (size > MAX_BYTES) throw new RangeError(`an operation of crypto takes at most ${MAX_BYTES} bytes`)
      parts.push(part)
    },
    whole: (): Bytes => concatBytes(parts),
  }
}

/** An error as node:crypto has them. */
export const cryptoError = (code: string, message: string): TypeError => Object.assign(new TypeError(message), { code })
