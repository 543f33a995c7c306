/** WebCrypto for isolates: keys stay in the child, and what one operation may cost is bounded. */

import { type webcrypto as WebCrypto, webcrypto } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { checkKey, checkOperation, checkValue, inTurn, isHeavy, refuse } from './subtle-limits.ts'

const MAX_KEYS = 200
const MAX_BYTES = 4_000_000
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

/** The keys of one isolate and the operations on them. Of too many keys, the one that was not used for longest is gone. */
export const createSubtle = () => {
  const keys = new LRUCache<number, Key>({ max: MAX_KEYS })
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
          : checkValue(name, fromIsolate(item, depth + 1)),
      ]),
    )
  }

  const keep = (key: Key) => {
    checkKey(key)
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
    checkOperation(operation, args)
    const perform = (): unknown =>
      isWanted() ? Reflect.apply(run, webcrypto.subtle, args) : refuse('the call is over')
    return toIsolate(await (isHeavy(operation, args) ? inTurn(perform) : perform()))
  }
}
