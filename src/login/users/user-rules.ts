/** What is true of every user's address and password, whoever states them: the person at a page, or an administrator. */

import { isEmail, normalizeEmail } from './email-address.ts'
import { createPasswordHasher, type PasswordHasher } from './password-hasher.ts'
import { passwordProblem } from './password-rules.ts'

export interface UserRules {
  readonly hashPassword: PasswordHasher['hash']
  readonly passwordProblem: typeof passwordProblem
  readonly normalizeEmail: typeof normalizeEmail
  readonly isEmail: typeof isEmail
}

/** The rules for callers other than logins, whose passwords wait for no one else's: one is hashed at a time. */
export const createUserRules = (): UserRules => ({
  hashPassword: createPasswordHasher(1).hash,
  passwordProblem,
  normalizeEmail,
  isEmail,
})
