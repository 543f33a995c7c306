/** Keys and signatures of node:crypto, lent to isolates. A key is text in the isolate; nothing of it stays here. */

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { Lent } from './lent.ts'

const MAX_KEY_CHARS = 8192
const MAX_DATA_BYTES = 4_000_000
const MAX_SIGNATURE_BYTES = 1024
const MAX_SALT_BYTES = 512

/** Larger ones take longer than a neighbour may be kept waiting. */
const MAX_MODULUS_BITS = 4096
const MAX_EXPONENT_BITS = 64n

const CURVES: ReadonlySet<unknown> = new Set(['prime256v1', 'secp384r1', 'secp521r1', 'secp256k1'])

const HASHES: ReadonlySet<unknown> = new Set(['sha1', 'sha224', 'sha256', 'sha384', 'sha512'])

/** RSA_PKCS1_PADDING and RSA_PKCS1_PSS_PADDING. */
const PADDINGS: ReadonlySet<unknown> = new Set([1, 6])

const isText = (value: unknown, max: number): value is string => typeof value === 'string' && value.length <= max

const isBytes = (value: unknown, max: number): value is ArrayBuffer =>
  value instanceof ArrayBuffer && value.byteLength <= max

const alone = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

/** The numbers of a private key are no longer than those of an honest one: time grows with them. */
const isHonest = (key: KeyObject, modulusBits: number): boolean => {
  if (key.type !== 'private') return true
  const { e = '', n = '', ...secret } = key.export({ format: 'jwk' })
  const longest = Math.ceil((Math.ceil(modulusBits / 8) * 4) / 3)
  return e.length <= 11 && n.length <= longest && Object.values(secret).every(text => String(text).length <= longest)
}

const isBearable = (key: KeyObject): boolean => {
  const { modulusLength = 0, publicExponent = 0n, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'ec') return CURVES.has(namedCurve)
  if (key.asymmetricKeyType !== 'rsa') return key.asymmetricKeyType === 'ed25519'
  const isSmall = modulusLength <= MAX_MODULUS_BITS && publicExponent < 2n ** MAX_EXPONENT_BITS
  return isSmall && isHonest(key, modulusLength)
}

/**
 * @param text PEM, or a JWK as JSON. Encrypted keys are refused: the text says how long decrypting takes.
 * @throws what node:crypto throws
 */
const readKey = (kind: unknown, text: unknown): KeyObject | undefined => {
  if (!isText(text, MAX_KEY_CHARS) || text.includes('ENCRYPTED')) return undefined
  const input = text.startsWith('{') ? { key: JSON.parse(text), format: 'jwk' as const } : text
  const key = kind === 'private' ? createPrivateKey(input) : createPublicKey(input)
  return isBearable(key) ? key : undefined
}

const pemOf = (key: KeyObject): unknown =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' })

/** What an isolate keeps of a key: its text in one form, and what it is. */
const readKeyText: Lent = (kind, text) => {
  const key = readKey(kind, text)
  if (!key) return undefined
  const { modulusLength, publicExponent, namedCurve } = key.asymmetricKeyDetails ?? {}
  return {
    pem: pemOf(key),
    kind: key.asymmetricKeyType,
    ...(modulusLength === undefined ? {} : { modulusLength }),
    ...(publicExponent === undefined ? {} : { publicExponent: String(publicExponent) }),
    ...(namedCurve === undefined ? {} : { namedCurve }),
  }
}

const TYPES: ReadonlySet<unknown> = new Set(['pkcs1', 'pkcs8', 'spki', 'sec1'])

/** A key as PEM of another type, or as JSON text of a JWK. */
const exportKeyText: Lent = (kind, text, type) => {
  const key = readKey(kind, text)
  if (!key) return undefined
  if (type === 'jwk') return JSON.stringify(key.export({ format: 'jwk' }))
  // The set has the types that exist; one that does not fit the key is an error of node:crypto.
  return TYPES.has(type) ? key.export({ type: type as 'pkcs1', format: 'pem' }) : undefined
}

interface Scheme {
  readonly padding?: number
  readonly saltLength?: number
  readonly dsaEncoding?: 'der' | 'ieee-p1363'
}

const isSalt = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= -2 && Number(value) <= MAX_SALT_BYTES

const readPadding = (value: unknown): number | undefined =>
  typeof value === 'number' && PADDINGS.has(value) ? value : undefined

/** Undefined when a part of it is not one that there is: another scheme than the one asked for would be worse. */
const readScheme = ([padding, saltLength, dsaEncoding]: readonly unknown[]): Scheme | undefined => {
  const known = readPadding(padding)
  if (padding !== undefined && known === undefined) return undefined
  if (saltLength !== undefined && !isSalt(saltLength)) return undefined
  if (dsaEncoding !== undefined && dsaEncoding !== 'der' && dsaEncoding !== 'ieee-p1363') return undefined
  return {
    ...(known === undefined ? {} : { padding: known }),
    ...(isSalt(saltLength) ? { saltLength } : {}),
    ...(dsaEncoding === undefined ? {} : { dsaEncoding }),
  }
}

/** `null` for the algorithms that hash by themselves. */
const readHash = (name: unknown): string | null | undefined => {
  if (name === null) return null
  return typeof name === 'string' && HASHES.has(name) ? name : undefined
}

const signBytes: Lent = (hash, data, keyText, ...given) => {
  const [algorithm, scheme] = [readHash(hash), readScheme(given)]
  if (algorithm === undefined || !scheme || !isBytes(data, MAX_DATA_BYTES)) return undefined
  const key = readKey('private', keyText)
  return key && alone(sign(algorithm, new Uint8Array(data), { key, ...scheme }))
}

const verifyBytes: Lent = (hash, data, keyText, signature, ...given) => {
  const [algorithm, scheme] = [readHash(hash), readScheme(given)]
  if (algorithm === undefined || !scheme || !isBytes(data, MAX_DATA_BYTES)) return undefined
  if (!isBytes(signature, MAX_SIGNATURE_BYTES)) return false
  const key = readKey('public', keyText)
  return key && verify(algorithm, new Uint8Array(data), { key, ...scheme }, new Uint8Array(signature))
}

/** Name → function; undefined says that the arguments do not fit. Each takes milliseconds at most. */
export const KEY_FUNCTIONS: Readonly<Record<string, Lent>> = {
  key: readKeyText,
  exportKey: exportKeyText,
  sign: signBytes,
  verify: verifyBytes,
}
