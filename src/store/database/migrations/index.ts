/** The table of migrations, in the order in which they run. */

import * as initial from './0001-initial.ts'
import * as logs from './0002-logs.ts'
import * as actions from './0003-actions.ts'
import * as authenticationMethods from './0004-authentication-methods.ts'
import * as methodOrigins from './0005-method-origins.ts'
import * as users from './0006-users.ts'
import * as pendingPasskeys from './0007-pending-passkeys.ts'
import * as logIds from './0008-log-ids.ts'
import * as owners from './0009-owners.ts'
import * as loginAddress from './0010-login-address.ts'
import * as writeProbe from './0011-write-probe.ts'
import * as flowsAndPhases from './0013-flows-and-phases.ts'
import * as logStreamSettings from './0014-log-stream-settings.ts'
import * as responseTypes from './0015-response-types.ts'

export interface Migration {
  readonly name: string
  /** Statements in PostgreSQL's dialect; they run in one transaction. */
  readonly sql: string
}

export const MIGRATIONS: readonly Migration[] = [
  initial,
  logs,
  actions,
  authenticationMethods,
  methodOrigins,
  users,
  pendingPasskeys,
  logIds,
  owners,
  loginAddress,
  writeProbe,
  flowsAndPhases,
  logStreamSettings,
  responseTypes,
]
