/** The few modules of Node that an Action can require beside its own dependencies. */

import type { Buffer as BufferType } from 'buffer/'
import inspect from 'object-inspect'
import { bytesOf } from './bytes.ts'
import { formatLine } from './console.ts'
import type { Current } from './current.ts'

type Globals = Readonly<Record<string, unknown>>

type Data = string | ArrayBuffer | ArrayBufferView

const createNodeCrypto = ({ bridge }: Current, globals: () => Globals) => {
  const buffer = () => globals().Buffer as typeof BufferType // the polyfill
  const toBytes = (data: Data, encoding?: string): Uint8Array<ArrayBuffer> =>
    bytesOf(typeof data === 'string' ? buffer().from(data, encoding as 'utf8') : data) // the polyfill refuses unknown names

  /** Hash and Hmac: parts are collected here and digested at once by the child. */
  const digester = (algorithm: string, key: ArrayBuffer | undefined) => {
    const parts: Uint8Array[] = []
    const self = {
      update: (data: Data, encoding?: string) => {
        parts.push(toBytes(data, encoding))
        return self
      },
      digest: (encoding?: string): unknown => {
        const whole = toBytes(buffer().concat(parts)).buffer
        const digest = bridge.compute('digest', algorithm, whole, key)
        if (!(digest instanceof ArrayBuffer)) throw new TypeError(`digest ${algorithm} is not supported`)
        const result = buffer().from(digest)
        return encoding === undefined ? result : result.toString(encoding as 'hex') // as above
      },
    }
    return self
  }
  const webcrypto = () =>
    globals().crypto as { getRandomValues(view: Uint8Array): Uint8Array; randomUUID(): string; subtle: unknown } // ours
  return {
    get webcrypto() {
      return webcrypto()
    },
    get subtle() {
      return webcrypto().subtle
    },
    randomUUID: () => webcrypto().randomUUID(),
    randomBytes: (size: number) => buffer().from(webcrypto().getRandomValues(new Uint8Array(size))),
    createHash: (algorithm: string) => digester(String(algorithm), undefined),
    createHmac: (algorithm: string, key: Data) => digester(String(algorithm), toBytes(key).buffer),
    timingSafeEqual: (a: Data, b: Data): boolean => {
      const [left, right] = [bytesOf(a), bytesOf(b)]
      if (left.length !== right.length) throw new RangeError('Input buffers must have the same byte length')
      return left.reduce((difference, byte, index) => difference | (byte ^ (right[index] ?? 0)), 0) === 0
    },
  }
}

type Callback = (error: unknown, value: unknown) => void

const promisify =
  (of: (...args: readonly unknown[]) => void) =>
  (...args: readonly unknown[]) =>
    new Promise((resolve, reject) => {
      const done: Callback = (error, value) => (error ? reject(error) : resolve(value))
      of(...args, done)
    })

/** Name → what `require` returns for it; made when it is asked for. */
export const createNodeModules = (
  current: Current,
  globals: () => Globals,
): Readonly<Record<string, () => unknown>> => ({
  buffer: () => ({ Buffer: globals().Buffer, atob: globals().atob, btoa: globals().btoa }),
  crypto: () => createNodeCrypto(current, globals),
  url: () => ({ URL: globals().URL, URLSearchParams: globals().URLSearchParams }),
  util: () => ({
    format: (...args: readonly unknown[]) => formatLine(args),
    inspect: (value: unknown) => inspect(value),
    promisify,
    TextEncoder: globals().TextEncoder,
    TextDecoder: globals().TextDecoder,
  }),
})
