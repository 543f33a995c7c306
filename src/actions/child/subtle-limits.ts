/** What one operation of WebCrypto may cost, and whose turn it is. */

import type { webcrypto as WebCrypto } from 'node:crypto'
import { isJsonObject } from '../../base/json.ts'

const MAX_ITERATIONS = 1_000_000
/** Bits that are derived at once: each block of a hash takes all the iterations again. */
const MAX_DERIVED_BITS = 1024
/** From here on an operation takes its turn with the others that take long. */
const HEAVY_ITERATIONS = 10_000
const MAX_TEXT = 8192
const MAX_EXPONENT_BYTES = 8
const MAX_MODULUS = 4096

export const refuse = (reason: string): never => {
  throw new TypeError(reason)
}

export const checkValue = (name: string, value: unknown): unknown => {
  if (typeof value === 'string' && value.length > MAX_TEXT) refuse('a text is too long')
  if (name === 'length' && Number(value) > MAX_DERIVED_BITS) refuse(`a length is at most ${MAX_DERIVED_BITS} bits`)
  if (name === 'iterations' && Number(value) > MAX_ITERATIONS) refuse(`at most ${MAX_ITERATIONS} iterations`)
  if (name === 'modulusLength' && Number(value) > MAX_MODULUS) refuse(`a modulus has at most ${MAX_MODULUS} bits`)
  return value
}

/** A key is as large as those that may be made, wherever it comes from. */
export const checkKey = ({ algorithm }: WebCrypto.CryptoKey): void => {
  if ('modulusLength' in algorithm) checkValue('modulusLength', algorithm.modulusLength)
  const exponent = 'publicExponent' in algorithm ? algorithm.publicExponent : undefined
  if (exponent instanceof Uint8Array && exponent.length > MAX_EXPONENT_BYTES) refuse('the exponent is too long')
}

export const checkOperation = (operation: string, [, , bits]: readonly unknown[]): void => {
  if (operation === 'deriveBits' && typeof bits === 'number' && bits > MAX_DERIVED_BITS) {
    refuse(`at most ${MAX_DERIVED_BITS} bits at once`)
  }
}

/** What may take a thread for a second: making RSA keys, and deriving from a password. */
export const isHeavy = (operation: string, args: readonly unknown[]): boolean =>
  operation.startsWith('generate') ||
  args.some(arg => isJsonObject(arg) && typeof arg.iterations === 'number' && arg.iterations > HEAVY_ITERATIONS)

let lastHeavy: Promise<unknown> = Promise.resolve()

/**
 * Of a child's few threads for such work, what takes long gets one, for all isolates together: what an Action leaves
 * running cannot keep the others from hashing and signing.
 */
export const inTurn = (perform: () => unknown): Promise<unknown> => {
  const result = lastHeavy.then(perform)
  lastHeavy = result.catch(() => undefined)
  return result
}
