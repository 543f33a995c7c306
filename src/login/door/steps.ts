/** The table of steps, in the order in which every login takes them. */

import { multiFactorDemandOf } from '../actions/factor-requests.ts'
import { blockedUser } from '../engine/blocked-user.ts'
import { authenticationContext } from '../factors/authentication-context-step.ts'
import { multiFactor } from '../factors/multi-factor.ts'
import { passkeyActivation } from '../factors/passkey-activation.ts'
import { passkeyEnrollment } from '../factors/passkey-enrollment.ts'
import type { FactorStepServices } from '../factors/request-factors.ts'
import type { Step } from '../pipeline/step.ts'
import type { Directory } from '../tenant/directory.ts'
import type { TransactionServices } from '../transaction/transaction-services.ts'
import { assignExperiments } from './assign-experiments.ts'

export interface StepServices extends TransactionServices, FactorStepServices {
  readonly directory: Directory
  /** The step that runs Actions; undefined where none run. */
  readonly postLogin: Step | undefined
}

/** Actions may demand a second factor, which is asked for when all of them are done; a passkey is offered last. */
export const createSteps = (services: StepServices): readonly Step[] => [
  blockedUser,
  assignExperiments(services),
  ...(services.postLogin ? [services.postLogin] : []),
  multiFactor(services, multiFactorDemandOf),
  authenticationContext(services),
  passkeyEnrollment(services),
  passkeyActivation(services),
]
