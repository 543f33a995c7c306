/** What the pages of second factors and passkeys need of the server. */

import type { Clock } from '../../base/clock.ts'
import type { RandomBytes } from '../../base/random.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { Db } from '../../store/database/database.ts'
import type { LoginConfig } from '../http/login-config.ts'
import type { Directory } from '../tenant/directory.ts'

export interface FactorServices {
  readonly db: Db
  readonly volatileDb: Db
  readonly log: TenantLog
  readonly clock: Clock
  readonly random: RandomBytes
  readonly secretBox: SecretBox
  readonly config: Pick<LoginConfig, 'limitFactors'>
  readonly directory: Pick<Directory, 'connection'>
}
