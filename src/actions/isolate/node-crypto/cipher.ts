/** Cipher and Decipher of node:crypto: the child runs over all data so far, and what is new of the output is handed out. */

import type { Bridge } from '../../contract/bridge.ts'
import type { Bytes } from '../bytes.ts'
import { createParts, cryptoError, fromBytes, toBytes } from './data.ts'
import type { KeyClasses } from './key-object.ts'

const CIPHERS: readonly string[] = ['128', '192', '256'].flatMap(bits =>
  ['cbc', 'ctr', 'ecb', 'gcm'].map(mode => `aes-${bits}-${mode}`),
)

const nameOf = (algorithm: unknown): string => {
  const name = String(algorithm).toLowerCase()
  if (CIPHERS.includes(name)) return name
  throw cryptoError('ERR_CRYPTO_UNKNOWN_CIPHER', `Unknown cipher: there are ${CIPHERS.join(', ')}`)
}

/** Cipher and Decipher in one: they differ in what the child is told. */
class Machine {
  readonly #bridge: Bridge
  readonly #isDecrypting: boolean
  readonly #setup: readonly [algorithm: string, key: ArrayBuffer, iv: ArrayBuffer | undefined]
  readonly #parts = createParts()
  #given = 0
  #isPadded = true
  #isDone = false
  #extra: ArrayBuffer | undefined
  #tag: ArrayBuffer | undefined
  constructor(bridge: Bridge, isDecrypting: boolean, algorithm: unknown, bytes: Bytes, iv: unknown) {
    this.#bridge = bridge
    this.#isDecrypting = isDecrypting
    this.#setup = [nameOf(algorithm), bytes.buffer, iv === null || iv === undefined ? undefined : toBytes(iv).buffer]
    this.#run(false)
  }
  setAutoPadding(isPadded: unknown = true): this {
    this.#isPadded = Boolean(isPadded)
    return this
  }
  setAAD(data: unknown): this {
    this.#extra = toBytes(data).buffer
    return this
  }
  setAuthTag(tag: unknown, encoding?: unknown): this {
    this.#tag = toBytes(tag, encoding).buffer
    return this
  }
  getAuthTag(): unknown {
    if (this.#isDone && this.#tag && !this.#isDecrypting) return fromBytes(this.#tag, undefined)
    throw cryptoError('ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation getAuthTag')
  }
  update(data: unknown, from?: unknown, to?: unknown): unknown {
    if (this.#isDone) throw cryptoError('ERR_CRYPTO_INVALID_STATE', 'Unsupported state')
    this.#parts.add(toBytes(data, from))
    return fromBytes(this.#run(false), to)
  }
  final(to?: unknown): unknown {
    if (this.#isDone) throw cryptoError('ERR_CRYPTO_INVALID_STATE', 'Unsupported state')
    this.#isDone = true
    return fromBytes(this.#run(true), to)
  }
  #run(isFinal: boolean): Bytes {
    const data = this.#parts.whole().buffer
    const settings = [isFinal, this.#isPadded, this.#extra, this.#tag]
    const answer = this.#bridge.compute('cipher', this.#isDecrypting, ...this.#setup.slice(0, 3), data, ...settings)
    if (!Array.isArray(answer))
      throw cryptoError(
        'ERR_CRYPTO_OPERATION_FAILED',
        'the key, the iv or the data do not fit the cipher, or were changed',
      )
    const [output, tag]: readonly unknown[] = answer
    if (tag instanceof ArrayBuffer) this.#tag = tag
    const whole = output instanceof ArrayBuffer ? new Uint8Array(output) : new Uint8Array(0)
    const fresh = whole.slice(this.#given)
    this.#given = whole.length
    return fresh
  }
}

export const createCiphers = (bridge: Bridge, { secretBytes }: Pick<KeyClasses, 'secretBytes'>) => {
  const create = (isDecrypting: boolean) => (algorithm: unknown, key: unknown, iv: unknown) =>
    new Machine(bridge, isDecrypting, algorithm, secretBytes(key) ?? toBytes(key), iv)
  return { createCipheriv: create(false), createDecipheriv: create(true), getCiphers: () => [...CIPHERS] }
}
