/** `crypto` of Node: what can be done in the time that an Action has, by the child. */

import { bytesOf } from '../bytes.ts'
import { createCiphers } from '../node-crypto/cipher.ts'
import { createDerive, type Subtle } from '../node-crypto/derive.ts'
import { createDigests } from '../node-crypto/digest.ts'
import { createKeyClasses } from '../node-crypto/key-object.ts'
import { createRandom } from '../node-crypto/random.ts'
import { createSignatures } from '../node-crypto/signature.ts'
import type { PartSurroundings } from '../part.ts'

/** Functions that Actions do not have → what to use instead. */
const MISSING: Readonly<Record<string, string>> = {
  generateKeyPair: 'crypto.subtle.generateKey',
  generateKeyPairSync: 'crypto.subtle.generateKey',
  scrypt: 'crypto.pbkdf2',
  scryptSync: 'crypto.pbkdf2',
  createECDH: 'crypto.subtle.deriveBits',
  createDiffieHellman: 'crypto.subtle.deriveBits',
  diffieHellman: 'crypto.subtle.deriveBits',
  publicEncrypt: 'crypto.subtle.encrypt',
  privateDecrypt: 'crypto.subtle.decrypt',
}

const refuse = (name: string, instead: string) => (): never => {
  throw Object.assign(new TypeError(`crypto.${name}: Actions do not have it; use ${instead}`), {
    code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
  })
}

/** The few constants of OpenSSL that mean something here. */
const CONSTANTS = {
  RSA_PKCS1_PADDING: 1,
  RSA_PKCS1_PSS_PADDING: 6,
  RSA_PSS_SALTLEN_DIGEST: -1,
  RSA_PSS_SALTLEN_MAX_SIGN: -2,
  RSA_PSS_SALTLEN_AUTO: -2,
}

const timingSafeEqual = (a: unknown, b: unknown): boolean => {
  const [left, right] = [bytesOf(a), bytesOf(b)]
  if (left.length !== right.length) {
    throw Object.assign(new RangeError('Input buffers must have the same byte length'), {
      code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH',
    })
  }
  return left.reduce((difference, byte, index) => difference | (byte ^ (right[index] ?? 0)), 0) === 0
}

interface WebCrypto {
  readonly subtle: Subtle
  getRandomValues(view: ArrayBufferView): ArrayBufferView
}

export const make = ({ bridge }: PartSurroundings): unknown => {
  const webcrypto = () => (globalThis as unknown as { readonly crypto: WebCrypto }).crypto // made by crypto.ts
  const { keyText, secretBytes, ...keys } = createKeyClasses(bridge)
  return {
    ...createRandom(bridge),
    ...createDigests(bridge, { secretBytes }),
    ...keys,
    ...createSignatures(bridge, { keyText }),
    ...createCiphers(bridge, { secretBytes }),
    ...createDerive(bridge, () => webcrypto().subtle),
    ...Object.fromEntries(Object.entries(MISSING).map(([name, instead]) => [name, refuse(name, instead)])),
    timingSafeEqual,
    constants: { ...CONSTANTS },
    getRandomValues: (view: ArrayBufferView) => webcrypto().getRandomValues(view),
    get webcrypto() {
      return webcrypto()
    },
    get subtle() {
      return webcrypto().subtle
    },
  }
}
