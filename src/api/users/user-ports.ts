/** What the operations on users need beside the database; the composition root provides it. */

import type { RandomBytes } from '../../base/random.ts'

export interface UserPorts {
  readonly random: RandomBytes
  /** @throws QueueFull when too many passwords wait already */
  hashPassword(password: string): Promise<string>
  /** Why a new password is refused, in words for a person; undefined when it is fine. */
  passwordProblem(password: string, email: string): string | undefined
  /** The form in which addresses are unique. */
  normalizeEmail(typed: string): string
  isEmail(address: string): boolean
}
