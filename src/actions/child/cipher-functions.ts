/** Symmetric ciphers and derived keys of node:crypto, lent to isolates as functions of all their input. */

import { type CipherGCMTypes, createCipheriv, createDecipheriv, hkdfSync, pbkdf2Sync } from 'node:crypto'
import type { Lent } from './lent.ts'

const MAX_BYTES = 4_000_000
const MAX_KEY_BYTES = 64
const MAX_DERIVED_BYTES = 1024

const MAX_SECRET_BYTES = 65_536

/** Rounds of HMAC: some milliseconds. More is done by WebCrypto, which does not keep anybody waiting. */
const MAX_ROUNDS = 10_000

/** Name → bytes of a digest. */
const HASHES: Readonly<Record<string, number>> = { md5: 16, sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 }

const CIPHER = /^aes-(128|192|256)-(cbc|ctr|ecb|gcm)$/

const isBytes = (value: unknown, max: number): value is ArrayBuffer =>
  value instanceof ArrayBuffer && value.byteLength <= max

const isCount = (value: unknown, max: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= max

const isHash = (value: unknown): value is string => typeof value === 'string' && Object.hasOwn(HASHES, value)

const alone = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

/** What a cipher was told before its data; checked by `readJob`. */
interface Job {
  readonly isDecrypting: boolean
  readonly algorithm: string
  readonly key: Uint8Array
  readonly iv: Uint8Array | null
  readonly data: Uint8Array
  readonly isFinal: boolean
  readonly isPadded: boolean
  readonly extra: Uint8Array | undefined
  readonly tag: Uint8Array | undefined
}

const optional = (value: unknown): Uint8Array | undefined =>
  isBytes(value, MAX_BYTES) ? new Uint8Array(value) : undefined

const readJob = (args: readonly unknown[]): Job | undefined => {
  const [isDecrypting, algorithm, key, iv, data, isFinal, isPadded, extra, tag] = args
  if (typeof algorithm !== 'string' || !CIPHER.test(algorithm)) return undefined
  if (!isBytes(key, MAX_KEY_BYTES) || !isBytes(data, MAX_BYTES)) return undefined
  return {
    isDecrypting: isDecrypting === true,
    algorithm,
    key: new Uint8Array(key),
    iv: isBytes(iv, MAX_KEY_BYTES) ? new Uint8Array(iv) : null,
    data: new Uint8Array(data),
    isFinal: isFinal === true,
    isPadded: isPadded !== false,
    extra: optional(extra),
    tag: optional(tag),
  }
}

/** @returns what comes out of all data so far, and the tag of a mode that has one when it was the last */
const runJob = ({ isDecrypting, algorithm, key, iv, data, isFinal, isPadded, extra, tag }: Job): readonly unknown[] => {
  const isTagged = algorithm.endsWith('-gcm')
  const mode = algorithm as CipherGCMTypes // the members of the tagged modes are used for these alone
  const machine = isDecrypting ? createDecipheriv(mode, key, iv ?? '') : createCipheriv(mode, key, iv ?? '')
  machine.setAutoPadding(isPadded)
  if (isTagged && extra) machine.setAAD(extra)
  if (isTagged && tag && 'setAuthTag' in machine) machine.setAuthTag(tag)
  const output = [machine.update(data), ...(isFinal ? [machine.final()] : [])]
  const made = isTagged && isFinal && 'getAuthTag' in machine ? alone(machine.getAuthTag()) : undefined
  return [alone(Buffer.concat(output)), made]
}

const cipher: Lent = (...args) => {
  const job = readJob(args)
  return job && runJob(job)
}

const hkdf: Lent = (hash, key, salt, info, length) =>
  isHash(hash) && isBytes(key, MAX_SECRET_BYTES) && isBytes(salt, MAX_SECRET_BYTES) && isBytes(info, MAX_DERIVED_BYTES)
    ? isCount(length, MAX_DERIVED_BYTES)
      ? hkdfSync(hash, new Uint8Array(key), new Uint8Array(salt), new Uint8Array(info), length)
      : undefined
    : undefined

const pbkdf2: Lent = (hash, password, salt, iterations, length) => {
  if (!isHash(hash) || !isBytes(password, MAX_SECRET_BYTES) || !isBytes(salt, MAX_SECRET_BYTES)) return undefined
  if (!isCount(iterations, MAX_ROUNDS) || !isCount(length, MAX_DERIVED_BYTES)) return undefined
  if (iterations * Math.ceil(length / (HASHES[hash] ?? 1)) > MAX_ROUNDS) return undefined
  return alone(pbkdf2Sync(new Uint8Array(password), new Uint8Array(salt), iterations, length, hash))
}

/** Name → function; undefined says that the arguments do not fit. */
export const CIPHER_FUNCTIONS: Readonly<Record<string, Lent>> = { cipher, hkdf, pbkdf2 }
