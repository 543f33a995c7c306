/** Keys that are derived from others or from passwords, as node:crypto has them. */

import type { Bridge } from '../../contract/bridge.ts'
import { cryptoError, fromBytes, toBytes } from './data.ts'
import { hashName } from './digest.ts'

type Callback = (error: unknown, key?: unknown) => void

/** WebCrypto of the isolate, as far as it is needed. */
export interface Subtle {
  importKey(
    format: 'raw',
    key: Uint8Array,
    algorithm: 'PBKDF2',
    extractable: false,
    usages: ['deriveBits'],
  ): Promise<unknown>
  deriveBits(algorithm: object, key: unknown, bits: number): Promise<ArrayBuffer>
}

export const createDerive = (bridge: Bridge, subtle: () => Subtle) => {
  const toHash = (digest: unknown): string => {
    const name = hashName(digest)
    if (name) return name
    throw cryptoError('ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${String(digest)}`)
  }
  const pbkdf2 = async (password: unknown, salt: unknown, iterations: number, length: number, digest: unknown) => {
    const hash = toHash(digest).replace('sha', 'SHA-')
    const key = await subtle().importKey('raw', toBytes(password), 'PBKDF2', false, ['deriveBits'])
    const bits = await subtle().deriveBits({ name: 'PBKDF2', salt: toBytes(salt), iterations, hash }, key, length * 8)
    return fromBytes(bits, undefined)
  }
  return {
    pbkdf2: (
      password: unknown,
      salt: unknown,
      iterations: number,
      length: number,
      digest: unknown,
      callback: Callback,
    ): void => {
      pbkdf2(password, salt, iterations, length, digest).then(
        key => callback(null, key),
        error => callback(error),
      )
    },
    pbkdf2Sync: (password: unknown, salt: unknown, iterations: number, length: number, digest: unknown): unknown => {
      const [name, bytes, grains] = [toHash(digest), toBytes(password), toBytes(salt)]
      const key = bridge.compute('pbkdf2', name, bytes.buffer, grains.buffer, iterations, length)
      if (key instanceof ArrayBuffer) return fromBytes(key, undefined)
      throw cryptoError(
        'ERR_OUT_OF_RANGE',
        'pbkdf2Sync does at most 10000 rounds in Actions: use pbkdf2, which does 1000000',
      )
    },
    hkdfSync: (digest: unknown, key: unknown, salt: unknown, info: unknown, length: number): ArrayBuffer => {
      const inputs = [key, salt, info].map(value => toBytes(value).buffer)
      const derived = bridge.compute('hkdf', toHash(digest), ...inputs, length)
      if (derived instanceof ArrayBuffer) return derived
      throw cryptoError('ERR_OUT_OF_RANGE', 'hkdfSync derives at most 1024 bytes')
    },
  }
}
