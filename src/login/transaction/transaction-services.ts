/** What a transaction needs of the server. */

import type { Clock } from '../../base/clock.ts'
import type { LogError } from '../../base/log-error.ts'
import type { RandomBytes } from '../../base/random.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { Db } from '../../store/database/database.ts'
import type { Assign } from '../assignment/assignment-port.ts'

export interface TransactionServices {
  readonly volatileDb: Db
  readonly log: TenantLog
  readonly clock: Clock
  readonly random: RandomBytes
  readonly logError: LogError
  /** Never rejects. */
  readonly safeAssign: Assign
}
