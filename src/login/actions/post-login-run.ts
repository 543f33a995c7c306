/** The run of the trigger post-login in one login, and what is kept of it while it is suspended. */

import type { Resume, TransactionMetadata } from '../../actions/contract/contract.ts'
import type { Effect } from '../../actions/contract/effects.ts'
import type { Clock } from '../../base/clock.ts'
import type { Json } from '../../base/json.ts'
import type { Db } from '../../store/database/database.ts'
import type { LoginFacts } from '../pipeline/login-facts.ts'
import type { LoginUnderWay } from '../pipeline/step.ts'
import type { Directory } from '../tenant/directory.ts'
import type { LoginPlan } from '../transaction/login-plan.ts'
import type { BoundActionOfTenant } from './bound-actions.ts'
import type { LoginActions } from './login-actions.ts'
import type { BegunExecution, RunTrigger } from './run-trigger.ts'

export const POST_LOGIN = 'post_login'

export interface PostLoginServices {
  readonly db: Db
  readonly volatileDb: Db
  readonly clock: Clock
  readonly actions: LoginActions
  readonly directory: Directory
  readonly runTrigger: RunTrigger
}

export interface PostLoginRun {
  readonly login: LoginUnderWay
  readonly facts: LoginFacts
  readonly bound: readonly BoundActionOfTenant[]
  /** What the suspension was completed with; undefined at the first run. */
  readonly resumed: Json | undefined
}

export interface Memory {
  readonly resume: Resume
  /** What brought the suspension about. */
  readonly awaits: Extract<Effect, { readonly suspends: true }>
  readonly execution: BegunExecution
  /** Asked for so far: applied when the last Action is done. */
  readonly effects: readonly Effect[]
  readonly metadata: TransactionMetadata
}

const memoryIn = ({ memory }: LoginPlan): Memory | undefined => memory[POST_LOGIN] as unknown as Memory | undefined // written by `remember` only

export const memoryOf = ({ exchange }: LoginUnderWay): Memory | undefined => memoryIn(exchange.plan)

export const remember = ({ exchange: { plan } }: LoginUnderWay, memory: Memory): void => {
  plan.memory[POST_LOGIN] = memory as unknown as Json // plain data throughout
  if (memory.awaits.kind === 'redirect') plan.redirect = { step: POST_LOGIN, url: memory.awaits.url }
}

export const forget = ({ exchange: { plan } }: LoginUnderWay): void => {
  delete plan.memory[POST_LOGIN]
  delete plan.redirect
}

/** The session in which methods of authentication are noted. */
export const sessionKey = ({ exchange, sessionId, user }: LoginUnderWay) => ({
  tenantId: exchange.tenant.tenantId,
  sessionId,
  userId: user.userId,
})
