/** Recovery codes: how they are made, read back and compared. */

import { createHash } from 'node:crypto'
import { type RandomBytes, randomString } from '../../base/random.ts'

/** Without 0, 1, I and O, which look like one another on paper. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** 24 characters of 5 bits: 120 bits cannot be guessed, so a plain hash protects them. */
const LENGTH = 24

export const createRecoveryCode = (random: RandomBytes): string => randomString(LENGTH, ALPHABET, random)

/** The code in groups of four, to be copied by hand. */
export const showRecoveryCode = (code: string): string => code.replace(/(.{4})(?=.)/g, '$1-')

/**
 * The hash by which the code that was typed is looked up; undefined for what cannot be one. Case, spaces and dashes do
 * not matter. Comparing hashes leaks nothing that helps to guess.
 */
export const hashRecoveryCode = (typed: string): string | undefined => {
  const code = typed.toUpperCase().replace(/[\s-]/g, '')
  if (code.length !== LENGTH || [...code].some(character => !ALPHABET.includes(character))) return undefined
  return createHash('sha256').update(code).digest('base64url')
}
