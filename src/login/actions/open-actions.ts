/** Everything of the login that runs Actions, put together once. */

import type { Clock } from '../../base/clock.ts'
import type { LogError } from '../../base/log-error.ts'
import type { RandomBytes } from '../../base/random.ts'
import type { TenantLog } from '../../logs/record/log-event.ts'
import type { Db } from '../../store/database/database.ts'
import type { Registration } from '../password/registration.ts'
import type { Step } from '../pipeline/step.ts'
import type { Directory } from '../tenant/directory.ts'
import { createActionCache } from './action-cache.ts'
import type { LoginActions } from './login-actions.ts'
import { postLogin } from './post-login.ts'
import { createRegistration } from './registration.ts'
import { createRunTrigger } from './run-trigger.ts'

export interface OpenActions {
  readonly step: Step
  readonly registration: Registration & AsyncDisposable
}

/** What Actions of logins need of the server. */
export interface ActionsServices {
  readonly db: Db
  readonly volatileDb: Db
  readonly log: TenantLog
  readonly clock: Clock
  readonly random: RandomBytes
  readonly logError: LogError
  /** Without them no Actions run. */
  readonly actions?: LoginActions
}

/** Undefined for a login without Actions. */
export const openActions = (services: ActionsServices, directory: Directory): OpenActions | undefined => {
  const { actions } = services
  if (!actions) return undefined
  const runTrigger = createRunTrigger({ ...services, actions, cache: createActionCache(services.clock) })
  return {
    step: postLogin({ ...services, actions, directory, runTrigger }),
    registration: createRegistration({ ...services, actions, directory, runTrigger }),
  }
}
