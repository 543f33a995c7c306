/** What is true of every user's address and password, whoever states them: the person at a page, or an administrator. */

import { isEmail, normalizeEmail } from './email-address.ts'
import { createPasswordHasher } from './password-hasher.ts'
import { passwordProblem } from './password-rules.ts'

export interface UserRules {
  /** @throws QueueFull when too many passwords wait already */
  hashPassword(password: string): Promise<string>
  readonly passwordProblem: typeof passwordProblem
  readonly normalizeEmail: typeof normalizeEmail
  readonly isEmail: typeof isEmail
}

/** The rules for callers other than logins, whose passwords wait for no one else's: one is hashed at a time. */
export const createUserRules = (): UserRules => {
  const hasher = createPasswordHasher(1)
  // All of them come with a token of the tenant: there is nobody to be fair to.
  return { hashPassword: password => hasher.hash(password, ''), passwordProblem, normalizeEmail, isEmail }
}
