/** Hash and Hmac of node:crypto: parts are collected here, and digested at once by the child. */

import type { Bridge } from '../../contract/bridge.ts'
import { createParts, cryptoError, fromBytes, toBytes } from './data.ts'
import type { KeyClasses } from './key-object.ts'

export const HASHES: readonly string[] = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512']

/** A hash by the names that Node knows for it: `SHA-256`, `RSA-SHA256`, `sha256`; undefined when there is none such. */
export const hashName = (name: unknown): string | undefined => {
  const plain = String(name).toLowerCase().replace('rsa-', '').replace('-', '')
  return HASHES.find(one => one === plain)
}

export const createDigests = (bridge: Bridge, { secretBytes }: Pick<KeyClasses, 'secretBytes'>) => {
  const compute = (algorithm: string, data: ArrayBuffer, key: ArrayBuffer | undefined): ArrayBuffer => {
    const digest = bridge.compute('digest', algorithm, data, key)
    if (digest instanceof ArrayBuffer) return digest
    throw cryptoError('ERR_CRYPTO_INVALID_STATE', 'the digest could not be made: the data is too long')
  }

  class Digest {
    readonly #algorithm: string
    readonly #key: ArrayBuffer | undefined
    readonly #parts = createParts()
    #isDone = false
    constructor(algorithm: unknown, key: ArrayBuffer | undefined) {
      const name = hashName(algorithm)
      if (!name) throw cryptoError('ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${String(algorithm)}`)
      this.#algorithm = name
      this.#key = key
    }
    update(data: unknown, encoding?: unknown): this {
      if (this.#isDone) throw cryptoError('ERR_CRYPTO_HASH_FINALIZED', 'Digest already called')
      this.#parts.add(toBytes(data, encoding))
      return this
    }
    digest(encoding?: unknown): unknown {
      if (this.#isDone) throw cryptoError('ERR_CRYPTO_HASH_FINALIZED', 'Digest already called')
      this.#isDone = true
      return fromBytes(compute(this.#algorithm, this.#parts.whole().buffer, this.#key), encoding)
    }
    protected follow(other: Digest): void {
      this.#parts.add(other.#parts.whole())
    }
  }

  class Hash extends Digest {
    readonly #name: unknown
    constructor(algorithm: unknown) {
      super(algorithm, undefined)
      this.#name = algorithm
    }
    copy(): Hash {
      const copy = new Hash(this.#name)
      copy.follow(this)
      return copy
    }
  }

  class Hmac extends Digest {}

  return {
    Hash,
    Hmac,
    createHash: (algorithm: unknown) => new Hash(algorithm),
    createHmac: (algorithm: unknown, key: unknown) => new Hmac(algorithm, (secretBytes(key) ?? toBytes(key)).buffer),
    hash: (algorithm: unknown, data: unknown, encoding: unknown = 'hex') =>
      new Hash(algorithm).update(data).digest(encoding),
    getHashes: () => [...HASHES],
  }
}
