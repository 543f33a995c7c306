/** Everything of the login that runs Actions, put together once. */

import type { LoginDeps } from '../door/login-deps.ts'
import type { Step } from '../pipeline/step.ts'
import type { Directory } from '../tenant/directory.ts'
import { createActionCache } from './action-cache.ts'
import { postLogin } from './post-login.ts'
import { createRegistration, type Registration } from './registration.ts'
import { createRunTrigger } from './run-trigger.ts'

export interface OpenActions {
  readonly step: Step
  readonly registration: Registration
}

/** Undefined for a login without Actions. */
export const openActions = (deps: LoginDeps, directory: Directory): OpenActions | undefined => {
  const { actions } = deps
  if (!actions) return undefined
  const runTrigger = createRunTrigger({ ...deps, actions, cache: createActionCache(deps.clock) })
  return {
    step: postLogin({ ...deps, actions, directory, runTrigger }),
    registration: createRegistration({ ...deps, actions, directory, runTrigger }),
  }
}
