/** What the operations on users need beside the database; the composition root provides it. */

import type { RandomBytes } from '../../base/random.ts'
import type { ApiContext } from '../http/api-context.ts'

export interface UserPorts {
  readonly random: RandomBytes
  /** @throws QueueFull when too many passwords wait already */
  hashPassword(password: string): Promise<string>
}

/** What a call of these operations has. */
export interface UserContext extends ApiContext {
  readonly users: UserPorts
}
