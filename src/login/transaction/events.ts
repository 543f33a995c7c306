/** Every business event of the login, as the tenant log gets it. What happened is decided elsewhere; how it reads, here. */

import type { Json, JsonObject } from '../../base/json.ts'
import type { Flow } from '../../decision/snapshot/flow.ts'
import type { LogType } from '../../logs/events/index.ts'
import type { LogDetails } from '../../logs/events/log-details.ts'
import type {
  ExperimentDetails,
  FlowExperimentDetails,
  LogEvent,
  LogEventOf,
  LogFields,
} from '../../logs/record/log-event.ts'
import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import type { Assignment, AssignWarning } from '../assignment/assignment-port.ts'
import type { Exchange } from './exchange.ts'
import { assignmentInForce } from './experiment-in-force.ts'
import type { LoginTransaction } from './transaction.ts'

/** What an event is about, as far as it is known when it happens. */
export interface Occasion {
  readonly exchange: Exchange
  /** Milliseconds since 1970. */
  readonly at: number
  readonly client?: { readonly id: string; readonly name: string } | undefined
  readonly connection?: ConnectionRecord | undefined
  readonly user?: UserRecord | undefined
  /** What was typed where no user is known. */
  readonly userName?: string | undefined
  readonly transaction?: LoginTransaction | undefined
  /** When it is not the transaction's. */
  readonly sessionId?: string | undefined
  /** The flow of a page after the login. */
  readonly page?: Flow | undefined
}

/** What went wrong, for the tenant's eyes. */
export interface Failing {
  readonly message: string
  readonly oauthError?: string
  /** An Action's own code for its refusal. */
  readonly code?: string | undefined
}

/** Of an object with optional members, those that are there. */
const defined = <T extends object>(members: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } =>
  // The filter removes exactly what the type removes.
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>
  }

const userFields = ({ user, userName }: Occasion) =>
  user
    ? { user_id: user.userId, user_name: user.email, identity_user_id: user.userId.replace(/^[^|]*\|/, '') }
    : { user_name: userName }

const connectionFields = ({ connection }: Occasion) =>
  connection && {
    connection: connection.name,
    connection_id: connection.id,
    strategy: connection.strategy,
    strategy_type: connection.strategy === 'auth0' ? 'database' : connection.strategy,
  }

const clientFields = ({ client, transaction }: Occasion) => {
  if (client) return { client_id: client.id, client_name: client.name }
  return transaction && { client_id: transaction.clientId, client_name: transaction.clientName }
}

const fieldsOf = (occasion: Occasion): LogFields => {
  const { exchange, transaction } = occasion
  const correlationId = transaction?.correlationId
  return defined({
    ip: exchange.ip,
    user_agent: exchange.userAgent,
    hostname: exchange.hostname,
    auth0_client: exchange.auth0Client,
    references: correlationId ? { correlation_id: correlationId } : undefined,
    ...clientFields(occasion),
    ...connectionFields(occasion),
    ...userFields(occasion),
  })
}

/** Which variation, never what it configures. */
const toExperiment = ({
  config: _,
  variation_name: __,
  variation_description: ___,
  phase: ____,
  authentication_flow: _____,
  ...experiment
}: Assignment): ExperimentDetails => experiment

const toFlowExperiment = (assignment: Assignment): FlowExperimentDetails => ({
  authentication_flow: assignment.authentication_flow,
  ...toExperiment(assignment),
})

/** The experiment in force, and all of the transaction. @param assignment in place of the one in force */
const experimentFields = (
  { transaction, page }: Occasion,
  assignment = transaction && assignmentInForce(transaction, page),
): Pick<LogEvent, 'experiment' | 'experiments'> => ({
  ...(assignment ? { experiment: toExperiment(assignment) } : {}),
  ...(transaction && transaction.assignments.length > 0
    ? { experiments: transaction.assignments.map(toFlowExperiment) }
    : {}),
})

/** Names the event and ties it to its transaction, its session and its experiment. */
export const event = <Type extends LogType>(
  type: Type,
  occasion: Occasion,
  details: LogDetails[Type],
  fields: LogFields = {},
): LogEventOf<Type> => {
  const { exchange, transaction, at } = occasion
  const ties = defined({
    session_id: occasion.sessionId ?? transaction?.sessionId,
    transaction_id: transaction?.id,
    device_id: transaction?.deviceHash ?? exchange.deviceHash,
  })
  return {
    tenant_id: exchange.tenant.tenantId,
    type,
    date: at,
    ...fieldsOf(occasion),
    ...fields,
    details: { ...ties, ...details },
    ...experimentFields(occasion),
  }
}

export const errorDetails = ({ message, oauthError, code }: Failing) => ({
  error: { message, ...(oauthError ? { oauthError } : {}), ...(code ? { payload: { code, message } } : {}) },
})

/** The parts of a login that people see, as `details.prompts` lists them. */
export type LoginPrompts = readonly JsonObject[]

const timing = (initiatedAt: number, completedAt: number) => ({
  initiatedAt,
  completedAt,
  elapsedTime: completedAt - initiatedAt,
})

export const authenticatePrompt = (
  name: 'prompt-authenticate' | 'prompt-signup',
  user: Pick<UserRecord, 'userId'>,
  connection: ConnectionRecord,
  at: number,
): JsonObject => ({
  name,
  connection: connection.name,
  connection_id: connection.id,
  strategy: connection.strategy,
  identity: user.userId.replace(/^[^|]*\|/, ''),
  user_id: user.userId,
  completedAt: at,
})

export const loginSucceeded = (
  occasion: Occasion & { readonly user: UserRecord },
  login: { readonly prompts: LoginPrompts; readonly loginsCount: number; readonly bySession: boolean },
): LogEvent => {
  const { at, user, transaction, exchange } = occasion
  const times = timing(transaction?.initiatedAt ?? exchange.startedAt, at)
  const stats = { loginsCount: login.loginsCount }
  const loginPrompt = {
    name: 'login',
    flow: login.bySession ? 'login' : 'universal-login',
    ...times,
    timers: { rules: 0 },
    user_id: user.userId,
    user_name: user.email,
    stats,
    ...(login.bySession ? { session: true } : {}),
  }
  return event('s', occasion, {
    ...times,
    prompts: [...login.prompts, loginPrompt],
    stats,
    ...executionDetails(exchange),
  })
}

export const silentLoginSucceeded = (occasion: Occasion): LogEvent =>
  event(
    'ssa',
    occasion,
    { ...timing(occasion.exchange.startedAt, occasion.at), ...executionDetails(occasion.exchange) },
    {
      ...(occasion.connection ? { session_connection: occasion.connection.name } : {}),
    },
  )

export const silentLoginFailed = (occasion: Occasion, failing: Failing, asked: LogFields): LogEvent =>
  event(
    'fsa',
    occasion,
    { ...errorDetails(failing), ...executionDetails(occasion.exchange) },
    { ...asked, description: failing.message },
  )

export const loginFailed = (occasion: Occasion, failing: Failing, asked: LogFields = {}): LogEvent =>
  event(
    'f',
    occasion,
    { ...errorDetails(failing), ...executionDetails(occasion.exchange) },
    { ...asked, description: failing.message },
  )

export const pushRefused = (occasion: Occasion, failing: Failing, asked: LogFields): LogEvent =>
  event('fpar', occasion, errorDetails(failing), { ...asked, description: failing.message })

const WRONG = 'Wrong email or password.'

export const passwordWrong = (occasion: Occasion): LogEvent => event('fp', occasion, errorDetails({ message: WRONG }))

export const userUnknown = (occasion: Occasion): LogEvent => event('fu', occasion, errorDetails({ message: WRONG }))

export const accountBlocked = (occasion: Occasion): LogEvent => event('limit_wc', occasion, {})

/** @param flow in which the network has failed too often */
export const networkThrottled = (occasion: Occasion, flow: 'login' | 'signup'): LogEvent =>
  event('limit_mu', occasion, { flow })

/** The tenant's name and the address are what the sign-up form said; the password is never part of an event. */
export const signupSucceeded = (occasion: Occasion & { readonly user: UserRecord }): LogEvent =>
  event('ss', occasion, {
    authentication_methods: ['pwd'],
    ...executionDetails(occasion.exchange),
    body: {
      email: occasion.user.email,
      tenant: occasion.exchange.tenant.tenantId,
      ...(occasion.connection ? { connection: occasion.connection.name } : {}),
      ...clientFields(occasion),
      password: '*****',
    },
  })

export const signupFailed = (occasion: Occasion, failing: Failing): LogEvent =>
  event(
    'fs',
    occasion,
    { ...errorDetails(failing), ...executionDetails(occasion.exchange) },
    { description: failing.message },
  )

/** What was asked of the token endpoint, or given by it. */
interface TokenFacts<Details> {
  readonly audience: string | undefined
  readonly scope: string | undefined
  readonly details: Details
}

/** @param type says which grant: code, refresh token or client credentials */
export const tokensIssued = <Type extends 'seacft' | 'sertft' | 'seccft'>(
  type: Type,
  occasion: Occasion,
  { audience, scope, details }: TokenFacts<LogDetails[Type]>,
): LogEventOf<Type> => event(type, occasion, details, defined({ audience, scope }))

export const tokensRefused = <Type extends 'feacft' | 'fertft' | 'feccft' | 'ferrt'>(
  type: Type,
  occasion: Occasion,
  failing: Failing,
  { audience, scope, details }: TokenFacts<LogDetails[Type]>,
): LogEventOf<Type> =>
  event(
    type,
    occasion,
    { ...details, ...errorDetails(failing) },
    { description: failing.message, ...defined({ audience, scope }) },
  )

export const experimentAssigned = (
  occasion: Occasion & { readonly transaction: LoginTransaction },
  assignment: Assignment,
  reason: string | undefined,
): LogEvent => ({
  ...event('experiment_assignment_succeeded', occasion, defined({ reason, phase: assignment.phase })),
  ...experimentFields(occasion, assignment),
})

export const experimentWarning = (occasion: Occasion, { code, message }: AssignWarning): LogEvent =>
  event('w', occasion, { code, message }, { description: message })

/** Ids of the executions of Actions that an event is linked to; empty when no Action ran. */
export const executionDetails = ({ plan }: Pick<Exchange, 'plan'>): { readonly actions?: Json } =>
  plan.executions.length > 0 ? { actions: { executions: [...plan.executions] } } : {}

export const actionsCompleted = (occasion: Occasion, details: LogDetails['actions_execution_succeeded']): LogEvent =>
  event('actions_execution_succeeded', occasion, details)

export const actionFailed = (occasion: Occasion, details: LogDetails['actions_execution_failed']): LogEvent =>
  event('actions_execution_failed', occasion, details)
