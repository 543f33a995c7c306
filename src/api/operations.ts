/** The table of all operations: a further noun is one file and one line here. */

import { actionBindingOperations } from './actions/action-bindings.ts'
import { actionExecutionOperations } from './actions/action-executions.ts'
import type { ActionPorts } from './actions/action-ports.ts'
import { actionVersionOperations } from './actions/action-versions.ts'
import { actionOperations } from './actions/actions.ts'
import type { AuthenticationMethodPorts } from './authentication-methods/authentication-method-ports.ts'
import { authenticationMethodOperations } from './authentication-methods/authentication-methods.ts'
import { connectionOperations } from './connections/connections.ts'
import { experimentationSettingsOperations } from './experiments/experimentation-settings.ts'
import { experimentOperations } from './experiments/experiments.ts'
import { featureFlagOperations } from './feature-flags/feature-flags.ts'
import type { Operation } from './http/operation.ts'
import type { LogStreamPorts } from './log-streams/log-stream-ports.ts'
import { logStreamOperations } from './log-streams/log-streams.ts'
import { logOperations } from './logs/logs.ts'
import { userLogOperations } from './logs/user-logs.ts'
import { segmentOperations } from './segments/segments.ts'
import type { UserPorts } from './users/user-ports.ts'
import { userOperations } from './users/users.ts'
import { variationOperations } from './variations/variations.ts'

/** What the nouns need beside the database; the composition root provides it. */
export interface OperationPorts {
  readonly actions: ActionPorts
  readonly logStreams: LogStreamPorts
  readonly authenticationMethods: AuthenticationMethodPorts
  readonly users: UserPorts
}

/** Unique by method and path, and by id. */
export const createOperations = (ports: OperationPorts): readonly Operation[] => [
  ...experimentOperations,
  ...featureFlagOperations,
  ...variationOperations,
  ...segmentOperations,
  ...experimentationSettingsOperations,
  ...logOperations,
  ...userLogOperations,
  ...authenticationMethodOperations(ports.authenticationMethods),
  ...userOperations(ports.users),
  ...connectionOperations,
  ...logStreamOperations(ports.logStreams),
  ...actionOperations(ports.actions),
  ...actionVersionOperations,
  ...actionBindingOperations,
  ...actionExecutionOperations,
]
