/** Reads what an administrator states of a WebAuthn credential: ids in base64, keys as authenticators write them. */

import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { ALGORITHMS } from '../../model/webauthn-credential.ts'

/** Bytes of base64url or base64, with or without padding; undefined for anything else. */
export const fromBase64 = (text: string): Buffer | undefined => {
  if (!/^[\w+/-]+={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // One way of writing each: leftover bits would let one id be two.
  const canonical = text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
  return bytes.toString('base64url') === canonical ? bytes : undefined
}

type CoseKey = ReadonlyMap<number, unknown>

const bytesOf = (key: CoseKey, label: number): string => {
  const value = key.get(label)
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : ''
}

/** COSE algorithm → the key as node knows it (RFC 9053 section 7, RFC 8230 section 4). */
const TO_JWK: Readonly<Record<number, (key: CoseKey) => JsonWebKey>> = {
  [-8]: key => ({ kty: 'OKP', crv: 'Ed25519', x: bytesOf(key, -2) }),
  [-7]: key => ({ kty: 'EC', crv: 'P-256', x: bytesOf(key, -2), y: bytesOf(key, -3) }),
  [-257]: key => ({ kty: 'RSA', n: bytesOf(key, -1), e: bytesOf(key, -2) }),
}

/** `kty` and, of curves, `crv` that go with an algorithm. */
const KIND: Readonly<Record<number, readonly [kty: number, crv: number | undefined]>> = {
  [-8]: [1, 6],
  [-7]: [2, 1],
  [-257]: [3, undefined],
}

/** Bits of the shortest RSA key that is taken. */
const MIN_RSA_BITS = 2_048

const isSound = (cose: CoseKey): boolean => {
  const algorithm = Number(cose.get(3))
  const [kty, crv] = KIND[algorithm] ?? []
  if (!ALGORITHMS.includes(algorithm) || cose.get(1) !== kty) return false
  if (crv !== undefined && cose.get(-1) !== crv) return false
  const jwk = TO_JWK[algorithm]?.(cose)
  if (!jwk) return false
  const { asymmetricKeyDetails } = createPublicKey({ key: jwk, format: 'jwk' })
  return crv !== undefined || Number(asymmetricKeyDetails?.modulusLength) >= MIN_RSA_BITS
}

/** A tenth of a second to load, which no start of a server has to wait for. */
const loadDecoder = () => import('@simplewebauthn/server/helpers')

/** The bytes of a COSE key whose signatures can be verified; undefined for anything else. */
export const readCoseKey = async (text: string): Promise<Uint8Array | undefined> => {
  const bytes = fromBase64(text)
  if (!bytes) return undefined
  const { decodeCredentialPublicKey } = await loadDecoder()
  try {
    // Its type names the labels; the sender of the bytes need not have.
    const cose: unknown = decodeCredentialPublicKey(Uint8Array.from(bytes))
    return cose instanceof Map && isSound(cose) ? Uint8Array.from(bytes) : undefined
  } catch {
    return undefined
  }
}
