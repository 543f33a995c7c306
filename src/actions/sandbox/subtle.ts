/** WebCrypto for isolates: keys stay in the child, and what one operation may cost is bounded. */

import { type webcrypto as WebCrypto, webcrypto } from 'node:crypto'
import { isJsonObject } from '../../base/json.ts'
import { createLeastRecent } from '../least-recent.ts'

const MAX_KEYS = 200
const MAX_BYTES = 4_000_000
const MAX_ITERATIONS = 1_000_000
/** Bits that are derived at once: each block of a hash takes all the iterations again. */
const MAX_DERIVED_BITS = 1024
/** From here on an operation takes its turn with the others that take long. */
const HEAVY_ITERATIONS = 10_000
const MAX_TEXT = 8192
const MAX_EXPONENT_BYTES = 8
const MAX_MODULUS = 4096
const MAX_DEPTH = 4

const OPERATIONS: ReadonlySet<string> = new Set([
  'decrypt',
  'deriveBits',
  'deriveKey',
  'digest',
  'encrypt',
  'exportKey',
  'generateKey',
  'importKey',
  'sign',
  'unwrapKey',
  'verify',
  'wrapKey',
])

type Key = WebCrypto.CryptoKey

const isKey = (value: unknown): value is Key => value instanceof CryptoKey

const refuse = (reason: string): never => {
  throw new TypeError(reason)
}

const checkNumber = (name: string, value: unknown): unknown => {
  if (typeof value === 'string' && value.length > MAX_TEXT) refuse('a text is too long')
  if (name === 'length' && Number(value) > MAX_DERIVED_BITS) refuse(`a length is at most ${MAX_DERIVED_BITS} bits`)
  if (name === 'iterations' && Number(value) > MAX_ITERATIONS) refuse(`at most ${MAX_ITERATIONS} iterations`)
  if (name === 'modulusLength' && Number(value) > MAX_MODULUS) refuse(`a modulus has at most ${MAX_MODULUS} bits`)
  return value
}

/** What may take a thread for a second: making RSA keys, and deriving from a password. */
const isHeavy = (operation: string, args: readonly unknown[]): boolean =>
  operation.startsWith('generate') ||
  args.some(arg => isJsonObject(arg) && typeof arg.iterations === 'number' && arg.iterations > HEAVY_ITERATIONS)

let lastHeavy: Promise<unknown> = Promise.resolve()

/**
 * Of a child's few threads for such work, what takes long gets one, for all isolates together: what an Action leaves
 * running cannot keep the others from hashing and signing.
 */
const inTurn = (perform: () => unknown): Promise<unknown> => {
  const result = lastHeavy.then(perform)
  lastHeavy = result.catch(() => undefined)
  return result
}

/** The keys of one isolate and the operations on them. Of too many keys, the one that was not used for longest is gone. */
export const createSubtle = () => {
  const keys = createLeastRecent<number, Key>(MAX_KEYS)
  let lastKey = 0

  const fromIsolate = (value: unknown, depth = 0): unknown => {
    if (value instanceof ArrayBuffer) return value.byteLength <= MAX_BYTES ? value : refuse('the data is too long')
    if (typeof value !== 'object' || value === null) return value
    if (depth > MAX_DEPTH) return refuse('the arguments are too deep')
    if (Array.isArray(value)) return value.map(item => fromIsolate(item, depth + 1))
    if ('key' in value && typeof value.key === 'number') return keys.get(value.key) ?? refuse('there is no such key')
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        name === 'publicExponent' && item instanceof ArrayBuffer
          ? new Uint8Array(item)
          : checkNumber(name, fromIsolate(item, depth + 1)),
      ]),
    )
  }

  const checkSize = ({ algorithm }: Key): void => {
    if ('modulusLength' in algorithm) checkNumber('modulusLength', algorithm.modulusLength)
    const exponent = 'publicExponent' in algorithm ? algorithm.publicExponent : undefined
    if (exponent instanceof Uint8Array && exponent.length > MAX_EXPONENT_BYTES) refuse('the exponent is too long')
  }

  const keep = (key: Key) => {
    checkSize(key)
    lastKey += 1
    keys.set(lastKey, key)
    const { type, extractable, algorithm, usages } = key
    const plain: unknown = JSON.parse(JSON.stringify(algorithm))
    return { key: lastKey, type, extractable, algorithm: plain, usages: [...usages] }
  }

  const toIsolate = (value: unknown): unknown => {
    if (isKey(value)) return keep(value)
    if (value instanceof Uint8Array) return new Uint8Array(value).buffer
    if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) return value
    if ('privateKey' in value && 'publicKey' in value && isKey(value.privateKey) && isKey(value.publicKey)) {
      return { privateKey: keep(value.privateKey), publicKey: keep(value.publicKey) }
    }
    return JSON.parse(JSON.stringify(value))
  }

  /**
   * Runs one operation; rejects with a reason that may be shown.
   * @param isWanted false when the call that asked is over: what has not begun yet then never does
   */
  return async (operation: string, given: readonly unknown[], isWanted: () => boolean): Promise<unknown> => {
    if (!OPERATIONS.has(operation)) return refuse('there is no such operation')
    const run: unknown = Reflect.get(webcrypto.subtle, operation)
    if (typeof run !== 'function') return refuse('there is no such operation')
    const args = given.map(arg => fromIsolate(arg))
    const bits = args[2]
    if (operation === 'deriveBits' && typeof bits === 'number' && bits > MAX_DERIVED_BITS) {
      return refuse(`at most ${MAX_DERIVED_BITS} bits at once`)
    }
    const perform = (): unknown =>
      isWanted() ? Reflect.apply(run, webcrypto.subtle, args) : refuse('the call is over')
    return toIsolate(await (isHeavy(operation, args) ? inTurn(perform) : perform()))
  }
}
