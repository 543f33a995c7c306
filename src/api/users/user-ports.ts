/** What the operations on users need beside the database; the composition root provides it. */

import type { RandomBytes } from '../../base/random.ts'

export interface UserPorts {
  readonly random: RandomBytes
  /** @throws QueueFull when too many passwords wait already */
  hashPassword(password: string): Promise<string>
}
