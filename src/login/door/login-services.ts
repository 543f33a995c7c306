/** What the composition root gives the login; each part names what it needs of it. */

import type { Clock } from '../../base/clock.ts'
import type { LogError } from '../../base/log-error.ts'
import type { RandomBytes } from '../../base/random.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { Db } from '../../store/database/database.ts'
import type { LoginActions } from '../actions/login-actions.ts'
import type { Assign } from '../assignment/assignment-port.ts'
import type { LoginConfig } from '../http/login-config.ts'

export interface LoginServices {
  /** A commit that was answered is on disk. */
  readonly db: Db
  /**
   * Answers a commit before it is on disk: for state that may be lost in a crash: a login that was not yet said to
   * have succeeded begins again then.
   */
  readonly volatileDb: Db
  readonly log: TenantLog
  readonly assign: Assign
  readonly clock: Clock
  readonly random: RandomBytes
  readonly secretBox: SecretBox
  readonly config: LoginConfig
  /** Without them no Actions run. */
  readonly actions?: LoginActions
  readonly logError: LogError
}
