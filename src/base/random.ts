/** Randomness as an argument, and the encodings that ids and secrets use. */

import { randomBytes } from 'node:crypto'

/** Returns `length` random bytes; the real one is cryptographically strong. */
export type RandomBytes = (length: number) => Uint8Array

/** The operating system's generator. */
export const systemRandom: RandomBytes = length => randomBytes(length)

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/**
 * A random string over an alphabet of at most 256 characters, without modulo bias: bytes at or
 * above the largest multiple of the alphabet's size are drawn again.
 */
export const randomString = (length: number, alphabet: string, random: RandomBytes): string => {
  const limit = 256 - (256 % alphabet.length)
  let out = ''
  while (out.length < length) {
    for (const byte of random(length - out.length)) {
      if (byte < limit) out += alphabet[byte % alphabet.length]
    }
  }
  return out
}

/** `length` random characters of the Bitcoin base58 alphabet (no 0, O, I, l). */
export const randomBase58 = (length: number, random: RandomBytes): string => randomString(length, BASE58, random)

/** `length` random characters of `A–Z a–z 0–9`. */
export const randomAlphanumeric = (length: number, random: RandomBytes): string =>
  randomString(length, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', random)

/** `length` random lower-case hexadecimal digits. */
export const randomHex = (length: number, random: RandomBytes): string =>
  randomString(length, '0123456789abcdef', random)
