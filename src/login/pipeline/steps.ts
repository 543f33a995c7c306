/** The table of steps, in the order in which every login takes them. */

import { multiFactorDemandOf } from '../actions/factor-requests.ts'
import type { Directory } from '../directory.ts'
import type { FactorDeps } from '../factors/request-factors.ts'
import type { LoginContext } from '../login-deps.ts'
import { assignExperiments } from './assign-experiments.ts'
import { authenticationContext } from './authentication-context.ts'
import { blockedUser } from './blocked-user.ts'
import { multiFactor } from './multi-factor.ts'
import { passkeyActivation } from './passkey-activation.ts'
import { passkeyEnrollment } from './passkey-enrollment.ts'
import type { Step } from './step.ts'

export interface StepContext extends LoginContext, FactorDeps {
  readonly directory: Directory
  /** The step that runs Actions; undefined where none run. */
  readonly postLogin: Step | undefined
}

/** Actions may demand a second factor, which is asked for when all of them are done; a passkey is offered last. */
export const createSteps = (context: StepContext): readonly Step[] => [
  blockedUser,
  assignExperiments(context),
  ...(context.postLogin ? [context.postLogin] : []),
  multiFactor(context, multiFactorDemandOf),
  authenticationContext(context),
  passkeyEnrollment(context),
  passkeyActivation(context),
]
