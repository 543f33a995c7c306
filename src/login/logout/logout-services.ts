/** What logging out needs of the server. */

import type { Provider } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { Db } from '../../store/database/database.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'

export interface LogoutServices {
  readonly db: Db
  readonly log: TenantLog
  readonly clock: Clock
  readonly directory: Pick<Directory, 'client'>
  readonly engineOf: (exchange: Exchange) => Provider
}
