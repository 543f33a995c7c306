/** Sign and Verify of node:crypto, and the functions that do both at once. */

import type { Bridge } from '../../contract/bridge.ts'
import type { Bytes } from '../bytes.ts'
import { createParts, cryptoError, fromBytes, toBytes } from './data.ts'
import { hashName } from './digest.ts'
import { isInput, type KeyClasses, type KeyInput } from './key-object.ts'

/** Members of the key's argument that say how to sign. */
interface Scheme extends KeyInput {
  readonly padding?: unknown
  readonly saltLength?: unknown
  readonly dsaEncoding?: unknown
}

const schemeOf = (key: unknown): readonly unknown[] => {
  const { padding, saltLength, dsaEncoding }: Scheme = isInput(key) ? key : {}
  return [padding, saltLength, dsaEncoding]
}

/** `null` where the key's own algorithm hashes. */
const toHash = (algorithm: unknown): string | null => {
  if (algorithm === null || algorithm === undefined) return null
  const name = hashName(algorithm)
  if (name) return name
  throw cryptoError('ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${String(algorithm)}`)
}

export const createSignatures = (bridge: Bridge, { keyText }: Pick<KeyClasses, 'keyText'>) => {
  const signWhole = (hash: string | null, data: Bytes, key: unknown): ArrayBuffer => {
    const signature = bridge.compute('sign', hash, data.buffer, keyText('private', key), ...schemeOf(key))
    if (signature instanceof ArrayBuffer) return signature
    throw cryptoError('ERR_CRYPTO_OPERATION_FAILED', 'the key cannot sign this, or is of an unsupported type or size')
  }
  const verifyWhole = (hash: string | null, data: Bytes, key: unknown, signature: Bytes): boolean => {
    const text = keyText('public', key)
    const answer = bridge.compute('verify', hash, data.buffer, text, signature.buffer, ...schemeOf(key))
    if (typeof answer === 'boolean') return answer
    throw cryptoError('ERR_CRYPTO_OPERATION_FAILED', 'the key cannot verify this, or is of an unsupported type or size')
  }

  /** What Sign and Verify have in common: data that comes in parts. */
  class Signer {
    readonly hash: string | null
    readonly #parts = createParts()
    constructor(algorithm: unknown) {
      this.hash = toHash(algorithm)
    }
    update(data: unknown, encoding?: unknown): this {
      this.#parts.add(toBytes(data, encoding))
      return this
    }
    whole(): Bytes {
      return this.#parts.whole()
    }
  }
  class Sign extends Signer {
    sign(key: unknown, encoding?: unknown): unknown {
      return fromBytes(signWhole(this.hash, this.whole(), key), encoding)
    }
  }
  class Verify extends Signer {
    verify(key: unknown, signature: unknown, encoding?: unknown): boolean {
      return verifyWhole(this.hash, this.whole(), key, toBytes(signature, encoding))
    }
  }
  return {
    Sign,
    Verify,
    createSign: (algorithm: unknown) => new Sign(algorithm),
    createVerify: (algorithm: unknown) => new Verify(algorithm),
    sign: (algorithm: unknown, data: unknown, key: unknown) =>
      fromBytes(signWhole(toHash(algorithm), toBytes(data), key), undefined),
    verify: (algorithm: unknown, data: unknown, key: unknown, signature: unknown) =>
      verifyWhole(toHash(algorithm), toBytes(data), key, toBytes(signature)),
  }
}
