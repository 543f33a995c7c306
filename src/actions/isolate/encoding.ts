/** TextEncoder, TextDecoder, atob and btoa: Node's own, in the child. */

import { bytesOf } from './bytes.ts'
import type { Current } from './current.ts'

/** Bytes at the end of a chunk that begin a character which the next chunk will finish. */
const unfinishedTail = (bytes: Uint8Array): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
    if (byte < 0x80) return 0
  }
  return 0
}

const concat = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

interface DecoderOptions {
  readonly fatal?: boolean
  readonly ignoreBOM?: boolean
}

export const createEncoding = ({ bridge }: Current) => {
  const compute = <Value>(name: string, complaint: string, ...args: readonly unknown[]): Value => {
    const value = bridge.compute(name, ...args)
    if (value === undefined) throw new TypeError(complaint)
    return value as Value // each name of the child's table answers with one type
  }

  class TextEncoder {
    readonly encoding = 'utf-8'
    encode(text: unknown = ''): Uint8Array {
      return new Uint8Array(compute<ArrayBuffer>('utf8', 'the text is too long to encode', String(text)))
    }
    encodeInto(text: unknown, target: Uint8Array): { read: number; written: number } {
      const source = String(text)
      const whole = this.encode(source)
      if (whole.length <= target.length) {
        target.set(whole)
        return { read: source.length, written: whole.length }
      }
      let end = target.length
      while (end > 0 && ((whole[end] ?? 0) & 0xc0) === 0x80) end -= 1
      target.set(whole.subarray(0, end))
      const kept: string = compute('decode', 'the data is not valid', 'utf-8', false, true, whole.slice(0, end).buffer)
      return { read: kept.length, written: end }
    }
  }

  class TextDecoder {
    readonly encoding: string
    readonly fatal: boolean
    readonly ignoreBOM: boolean
    #rest = new Uint8Array(0)
    constructor(label: unknown = 'utf-8', options: DecoderOptions = {}) {
      this.encoding = compute<string>('encodingName', `the encoding ${String(label)} is not supported`, String(label))
      this.fatal = Boolean(options.fatal)
      this.ignoreBOM = Boolean(options.ignoreBOM)
    }
    decode(input?: unknown, options: { readonly stream?: boolean } = {}): string {
      const bytes = concat(this.#rest, input === undefined ? new Uint8Array(0) : bytesOf(input))
      const tail = options.stream && this.encoding === 'utf-8' ? unfinishedTail(bytes) : 0
      this.#rest = bytes.slice(bytes.length - tail)
      const whole = bytes.slice(0, bytes.length - tail)
      return compute('decode', 'the data is not valid', this.encoding, this.fatal, this.ignoreBOM, whole.buffer)
    }
  }

  return {
    TextEncoder,
    TextDecoder,
    atob: (text: unknown) => compute<string>('atob', 'the text is not base64', String(text)),
    btoa: (text: unknown) => compute<string>('btoa', 'the text has characters beyond U+00FF', String(text)),
  }
}
