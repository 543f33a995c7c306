/** Suspends a login until its user has proved, or set up, a second factor on our pages. */

import type { Clock } from '../../base/clock.ts'
import type { Db } from '../../store/database/database.ts'
import {
  type FactorRequest,
  type FactorRequestKey,
  findFactorRequest,
  type NewFactorRequest,
  saveFactorRequest,
} from '../../store/logins/factor-request-store.ts'
import { type AuthenticationMethod, listAuthenticationMethods } from '../../store/users/authentication-method-store.ts'
import { CONTINUE, type LoginUnderWay, type StepOutcome } from '../pipeline/step.ts'
import { availableFactors, stageOf, stagePath } from './factor-stage.ts'
import { enrolledFactors, isFactorName } from './kinds/index.ts'

export type FactorStepServices = { readonly db: Db; readonly volatileDb: Db; readonly clock: Clock }

export interface FactorDemand {
  readonly purpose: NewFactorRequest['purpose']
  /** `any`: the user picks from a list first; `first`: the first one's page is shown, the others are a way out. */
  readonly choose: NewFactorRequest['choose']
  /** As Actions name them; those that this server does not have are ignored. */
  readonly factors: readonly string[]
  /** A user without a recovery code gets one at the end; default false. */
  readonly offersRecoveryCode?: boolean
  /** The user may spare this browser the question; default false. */
  readonly allowsRememberedBrowser?: boolean
}

/** Milliseconds; as long as the page's interaction. */
export const FACTOR_REQUEST_LIFETIME_MS = 60 * 60 * 1000

const NOTHING_USABLE: StepOutcome = {
  kind: 'deny',
  error: 'access_denied',
  description: 'None of the required second factors can be used.',
}

/** No user is there who could be asked (OpenID Connect Core 1.0 section 3.1.2.6). */
const INTERACTION_REQUIRED: StepOutcome = {
  kind: 'deny',
  error: 'interaction_required',
  description: 'Multifactor authentication required',
}

/** What names this login's wait; undefined without a transaction. */
export const factorRequestKey = ({ exchange, user, sessionId }: LoginUnderWay): FactorRequestKey | undefined => {
  const { transaction, tenant } = exchange
  return transaction && { tenantId: tenant.tenantId, transactionId: transaction.id, userId: user.userId, sessionId }
}

/** What this login waits or has waited for. */
export const findRequestOf = async (
  { volatileDb }: Pick<FactorStepServices, 'volatileDb'>,
  login: LoginUnderWay,
): Promise<FactorRequest | undefined> => {
  const key = factorRequestKey(login)
  return key && findFactorRequest(volatileDb, key)
}

/** True when what `step` has suspended the login for is done: the step may go on. */
export const isRequestSettled = async (
  services: Pick<FactorStepServices, 'volatileDb'>,
  login: LoginUnderWay,
  step: string,
): Promise<boolean> => {
  const request = await findRequestOf(services, login)
  return request?.step === step && request.settledAt !== undefined
}

/** What is kept with a login that was sent to our pages. */
const ASKED = 'factors'

/** True when this login was suspended for second factors: what was proved meanwhile is in the database. */
export const wasAskedForFactors = ({ exchange }: LoginUnderWay): boolean => exchange.plan.memory[ASKED] === true

/** The factors that a user can still set up; an Action may ask for some that the user has. */
const openFactors = ({ purpose, factors }: FactorDemand, methods: readonly AuthenticationMethod[]): string[] => {
  const enrolled = enrolledFactors(methods)
  const known = factors.filter(isFactorName)
  return purpose === 'enrollment' ? known.filter(name => !enrolled.includes(name)) : known
}

/**
 * Suspends the login in `step`, which goes on when `isRequestSettled` says so. Continues when one of the factors of a
 * challenge was proved in this transaction already; denies when there is nothing that could be proved or set up, and
 * where no user is there to do it.
 */
export const suspendForFactors = async (
  services: FactorStepServices,
  login: LoginUnderWay,
  step: string,
  demand: FactorDemand,
): Promise<StepOutcome> => {
  const { exchange, user, kind } = login
  const key = factorRequestKey(login)
  if (!key || kind === 'silent' || kind === 'refresh') return INTERACTION_REQUIRED
  const [methods, earlier] = await Promise.all([
    listAuthenticationMethods(services.db, exchange.tenant.tenantId, user.userId),
    findRequestOf(services, login),
  ])
  const factors = openFactors(demand, methods)
  if (demand.purpose !== 'passkey' && factors.length === 0) return NOTHING_USABLE
  const { purpose, choose, offersRecoveryCode = false, allowsRememberedBrowser = false } = demand
  const state = {
    purpose,
    factors,
    offersRecoveryCode,
    proved: earlier?.proved ?? [],
    enrolled: [],
    settledAt: undefined,
  }
  const stage = stageOf(state, methods, availableFactors(exchange.tenant))
  if (stage.kind === 'settled') return CONTINUE
  const path = stagePath(stage, demand)
  if (path === undefined) return NOTHING_USABLE
  const now = services.clock()
  await saveFactorRequest(services.volatileDb, key, {
    step,
    purpose,
    choose,
    factors,
    offersRecoveryCode,
    allowsRememberedBrowser,
    query: {},
    startedAt: new Date(now),
    expiresAt: new Date(now + FACTOR_REQUEST_LIFETIME_MS),
  })
  exchange.plan.memory[ASKED] = true
  return { kind: 'suspend', to: state => `${path}?state=${state}` }
}
