/** `util` of Node, as far as packages that run without Node use it. */

import { isDeepStrictEqual } from '../deep-equal.ts'
import type { PartSurroundings } from '../part.ts'

type AnyFunction = (this: unknown, ...args: readonly unknown[]) => unknown

type Callback = (error: unknown, value?: unknown) => void

const CUSTOM = Symbol.for('nodejs.util.promisify.custom')

const requireFunction = (value: unknown, name: string): AnyFunction => {
  if (typeof value === 'function') return value as AnyFunction // it can be called with anything
  throw Object.assign(new TypeError(`The "${name}" argument must be of type function`), {
    code: 'ERR_INVALID_ARG_TYPE',
  })
}

const promisify = (original: unknown): unknown => {
  const of = requireFunction(original, 'original')
  const custom: unknown = Reflect.get(of, CUSTOM)
  if (custom) return requireFunction(custom, 'util.promisify.custom')
  const promised = function (this: unknown, ...args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const done: Callback = (error, value) => (error ? reject(error) : resolve(value))
      of.call(this, ...args, done)
    })
  }
  return Object.defineProperties(Object.setPrototypeOf(promised, Object.getPrototypeOf(of)), {
    ...Object.getOwnPropertyDescriptors(of),
    [CUSTOM]: { value: promised, configurable: true },
  })
}

const callbackify = (original: unknown) => {
  const of = requireFunction(original, 'original')
  return function (this: unknown, ...args: readonly unknown[]): void {
    const done = requireFunction(args.at(-1), 'last argument')
    const later = (...answer: readonly unknown[]) => queueMicrotask(() => done(...answer))
    Promise.resolve(of.call(this, ...args.slice(0, -1))).then(
      value => later(null, value),
      error => later(error ?? new Error('Promise was rejected with a falsy value')),
    )
  }
}

interface Class {
  readonly prototype: object
}

const inherits = (child: Class, parent: Class): void => {
  Object.defineProperty(child, 'super_', { value: parent, writable: true, configurable: true })
  Object.setPrototypeOf(child.prototype, parent.prototype)
}

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1)

const isTagged = (tag: string) => (value: unknown) => tagOf(value) === tag

/** Kinds of values that their tag tells. */
const TAGS: readonly string[] = [
  'Date',
  'RegExp',
  'Promise',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'ArrayBuffer',
  'Uint8Array',
]

const TYPES = {
  ...Object.fromEntries(TAGS.map(tag => [`is${tag}`, isTagged(tag)])),
  isNativeError: (value: unknown) => value instanceof Error,
  isAnyArrayBuffer: isTagged('ArrayBuffer'),
  isArrayBufferView: (value: unknown) => ArrayBuffer.isView(value),
  isTypedArray: (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView),
  isAsyncFunction: isTagged('AsyncFunction'),
  isGeneratorFunction: isTagged('GeneratorFunction'),
  isBoxedPrimitive: (value: unknown) =>
    typeof value === 'object' && /^(Number|String|Boolean|Symbol|BigInt)$/.test(tagOf(value)),
  isProxy: () => false,
}

interface InspectOptions {
  readonly depth?: number | null
}

const silent = Object.assign(() => undefined, { enabled: false })

interface Globals {
  readonly TextEncoder: unknown
  readonly TextDecoder: unknown
}

/** Removes what colours a terminal (ECMA-48 control sequences). */
const stripVTControlCharacters = (text: unknown): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  String(text).replace(/[\u001b\u009b][[\]()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~]/g, '')

export const make = ({ format, inspect }: PartSurroundings): unknown => {
  const { TextEncoder, TextDecoder } = globalThis as unknown as Globals // made by encoding.ts
  const inspectValue = (value: unknown, options: InspectOptions | boolean = {}): string => {
    const { depth } = typeof options === 'object' ? options : {}
    return inspect(value, depth === null ? Number.POSITIVE_INFINITY : depth)
  }
  return {
    format: (...args: readonly unknown[]) => format(args),
    formatWithOptions: (_: unknown, ...args: readonly unknown[]) => format(args),
    inspect: Object.assign(inspectValue, { custom: Symbol.for('nodejs.util.inspect.custom'), defaultOptions: {} }),
    promisify: Object.assign(promisify, { custom: CUSTOM }),
    callbackify,
    inherits,
    isDeepStrictEqual,
    deprecate: (of: unknown) => of,
    debuglog: () => silent,
    debug: () => silent,
    stripVTControlCharacters,
    toUSVString: (text: unknown) => String(text).toWellFormed(),
    isArray: Array.isArray,
    types: TYPES,
    TextEncoder,
    TextDecoder,
  }
}
