/** What the pages of passwords need of the server. */

import type { Provider } from 'oidc-provider'
import type { Clock } from '../../base/clock.ts'
import type { RandomBytes } from '../../base/random.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { Db } from '../../store/database/database.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'
import type { TransactionServices } from '../transaction/transaction-services.ts'
import type { Registration } from './registration.ts'
import type { SignIn } from './sign-in.ts'
import type { SignUp } from './sign-up.ts'

export interface PasswordServices {
  readonly db: Db
  readonly volatileDb: Db
  readonly log: TenantLog
  readonly clock: Clock
  readonly random: RandomBytes
  readonly directory: Pick<Directory, 'connection'>
  /** What assignments need. */
  readonly login: TransactionServices
  readonly engineOf: (exchange: Exchange) => Provider
  readonly signIn: SignIn
  readonly signUp: SignUp
  /** Undefined where no Actions run. */
  readonly registration: Registration | undefined
}
