/** What a password must be like (NIST SP 800-63B-4 section 3.1.1.2: length counts, kinds of characters do not). */

import { characterCount, isLongerThan } from '../base/characters.ts'
import { createGuessedPasswords } from './guessed-passwords.ts'
import type { PasswordDictionary } from './password-dictionary.ts'

/** Characters: each code point counts as one (same section). */
export const MIN_PASSWORD_LENGTH = 8

/** Characters. Argon2 takes any length; the limit keeps the work of a request bounded. */
const MAX_LENGTH = 256

/** The shortest name whose variations are refused: many good passwords end in a shorter one. */
const MIN_NAME_LENGTH = 4

/** Whose password it is going to be. */
export interface PasswordOwner {
  /** Normalised. */
  readonly email: string
  /** What the service is called: the tenant's names. */
  readonly serviceNames: readonly string[]
  readonly dictionary: PasswordDictionary
}

export interface PasswordProblem {
  /** `weak`: for its length; `common`: in the list or the dictionary; `personal`: what an attacker who knows the user tries first. */
  readonly kind: 'weak' | 'common' | 'personal'
  /** For the person who chose it. */
  readonly message: string
}

const isCommon = createGuessedPasswords(MIN_PASSWORD_LENGTH)

/** Passwords are looked up whole, in upper and lower case alike (same section: no substrings). */
const fold = (text: string): string => text.normalize('NFKC').toLowerCase()

/** What is left of a name without spaces, punctuation and the digits at its ends: what its variations have in common. */
const coreOf = (text: string): string =>
  fold(text)
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '')
    .replace(/^\p{N}+|\p{N}+$/gu, '')

const isVariationOf = (password: string, name: string): boolean => {
  if (fold(password) === fold(name)) return true
  const core = coreOf(name)
  return characterCount(core) >= MIN_NAME_LENGTH && coreOf(password) === core
}

const lengthProblem = (password: string): string | undefined => {
  if (!isLongerThan(password, MIN_PASSWORD_LENGTH - 1)) return `Use at least ${MIN_PASSWORD_LENGTH} characters.`
  if (isTooLong(password)) return `Use at most ${MAX_LENGTH} characters.`
  return password.trim() === '' ? 'Use more than spaces.' : undefined
}

const ADDRESS = 'Use something other than your email address.'
const SERVICE = 'Use something other than the name of this service.'
const COMMON = 'This is one of the passwords that are guessed first. Use another, such as a few words in a row.'

const isInDictionary = (password: string, words: readonly string[]): boolean => {
  const folded = fold(password)
  return isCommon(folded) || words.some(word => fold(word) === folded)
}

/** Why a new password is refused; undefined when it is fine. */
export const passwordProblem = (
  password: string,
  { email, serviceNames, dictionary: { enable, dictionary } }: PasswordOwner,
): PasswordProblem | undefined => {
  const length = lengthProblem(password)
  if (length !== undefined) return { kind: 'weak', message: length }
  if (fold(password) === fold(email)) return { kind: 'personal', message: ADDRESS }
  if (!enable) return undefined
  const mailbox = email.slice(0, Math.max(email.lastIndexOf('@'), 0))
  if ([email, mailbox].some(name => isVariationOf(password, name))) return { kind: 'personal', message: ADDRESS }
  if (serviceNames.some(name => isVariationOf(password, name))) return { kind: 'personal', message: SERVICE }
  return isInDictionary(password, dictionary) ? { kind: 'common', message: COMMON } : undefined
}

/** True for what cannot be a user's password, so that it is not hashed. */
export const isTooLong = (password: string): boolean => isLongerThan(password, MAX_LENGTH)
