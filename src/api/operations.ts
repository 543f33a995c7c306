/** The table of all operations: a further noun is one file and one line here. */

import { actionBindingOperations } from './actions/action-bindings.ts'
import { actionExecutionOperations } from './actions/action-executions.ts'
import { actionVersionOperations } from './actions/action-versions.ts'
import { actionOperations } from './actions/actions.ts'
import { authenticationMethodOperations } from './authentication-methods/authentication-methods.ts'
import { connectionOperations } from './connections/connections.ts'
import { experimentationSettingsOperations } from './experiments/experimentation-settings.ts'
import { experimentOperations } from './experiments/experiments.ts'
import { featureFlagOperations } from './feature-flags/feature-flags.ts'
import type { Operation } from './http/operation.ts'
import { logStreamOperations } from './log-streams/log-streams.ts'
import { logOperations } from './logs/logs.ts'
import { userLogOperations } from './logs/user-logs.ts'
import { segmentOperations } from './segments/segments.ts'
import { userOperations } from './users/users.ts'
import { variationOperations } from './variations/variations.ts'

/** Unique by method and path, and by id. */
export const OPERATIONS: readonly Operation[] = [
  ...experimentOperations,
  ...featureFlagOperations,
  ...variationOperations,
  ...segmentOperations,
  ...experimentationSettingsOperations,
  ...logOperations,
  ...userLogOperations,
  ...authenticationMethodOperations,
  ...userOperations,
  ...connectionOperations,
  ...logStreamOperations,
  ...actionOperations,
  ...actionVersionOperations,
  ...actionBindingOperations,
  ...actionExecutionOperations,
]
