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
export interface EventContext {
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

const userFields = ({ user, userName }: EventContext) =>
  user
    ? { user_id: user.userId, user_name: user.email, identity_user_id: user.userId.replace(/^[^|]*\|/, '') }
    : { user_name: userName }

const connectionFields = ({ connection }: EventContext) =>
  connection && {
    connection: connection.name,
    connection_id: connection.id,
    strategy: connection.strategy,
    strategy_type: connection.strategy === 'auth0' ? 'database' : connection.strategy,
  }

const clientFields = ({ client, transaction }: EventContext) => {
  if (client) return { client_id: client.id, client_name: client.name }
  return transaction && { client_id: transaction.clientId, client_name: transaction.clientName }
}

const fieldsOf = (context: EventContext): LogFields => {
  const { exchange, transaction } = context
  const correlationId = transaction?.correlationId
  return defined({
    ip: exchange.ip,
    user_agent: exchange.userAgent,
    hostname: exchange.hostname,
    auth0_client: exchange.auth0Client,
    references: correlationId ? { correlation_id: correlationId } : undefined,
    ...clientFields(context),
    ...connectionFields(context),
    ...userFields(context),
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
  { transaction, page }: EventContext,
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
  context: EventContext,
  details: LogDetails[Type],
  fields: LogFields = {},
): LogEventOf<Type> => {
  const { exchange, transaction, at } = context
  const ties = defined({
    session_id: context.sessionId ?? transaction?.sessionId,
    transaction_id: transaction?.id,
    device_id: transaction?.deviceHash ?? exchange.deviceHash,
  })
  return {
    tenant_id: exchange.tenant.tenantId,
    type,
    date: at,
    ...fieldsOf(context),
    ...fields,
    details: { ...ties, ...details },
    ...experimentFields(context),
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
  context: EventContext & { readonly user: UserRecord },
  login: { readonly prompts: LoginPrompts; readonly loginsCount: number; readonly bySession: boolean },
): LogEvent => {
  const { at, user, transaction, exchange } = context
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
  return event('s', context, {
    ...times,
    prompts: [...login.prompts, loginPrompt],
    stats,
    ...executionDetails(exchange),
  })
}

export const silentLoginSucceeded = (context: EventContext): LogEvent =>
  event(
    'ssa',
    context,
    { ...timing(context.exchange.startedAt, context.at), ...executionDetails(context.exchange) },
    {
      ...(context.connection ? { session_connection: context.connection.name } : {}),
    },
  )

export const silentLoginFailed = (context: EventContext, failing: Failing, asked: LogFields): LogEvent =>
  event(
    'fsa',
    context,
    { ...errorDetails(failing), ...executionDetails(context.exchange) },
    { ...asked, description: failing.message },
  )

export const loginFailed = (context: EventContext, failing: Failing, asked: LogFields = {}): LogEvent =>
  event(
    'f',
    context,
    { ...errorDetails(failing), ...executionDetails(context.exchange) },
    { ...asked, description: failing.message },
  )

export const pushRefused = (context: EventContext, failing: Failing, asked: LogFields): LogEvent =>
  event('fpar', context, errorDetails(failing), { ...asked, description: failing.message })

const WRONG = 'Wrong email or password.'

export const passwordWrong = (context: EventContext): LogEvent => event('fp', context, errorDetails({ message: WRONG }))

export const userUnknown = (context: EventContext): LogEvent => event('fu', context, errorDetails({ message: WRONG }))

export const accountBlocked = (context: EventContext): LogEvent => event('limit_wc', context, {})

/** @param flow in which the network has failed too often */
export const networkThrottled = (context: EventContext, flow: 'login' | 'signup'): LogEvent =>
  event('limit_mu', context, { flow })

/** The tenant's name and the address are what the sign-up form said; the password is never part of an event. */
export const signupSucceeded = (context: EventContext & { readonly user: UserRecord }): LogEvent =>
  event('ss', context, {
    authentication_methods: ['pwd'],
    ...executionDetails(context.exchange),
    body: {
      email: context.user.email,
      tenant: context.exchange.tenant.tenantId,
      ...(context.connection ? { connection: context.connection.name } : {}),
      ...clientFields(context),
      password: '*****',
    },
  })

export const signupFailed = (context: EventContext, failing: Failing): LogEvent =>
  event(
    'fs',
    context,
    { ...errorDetails(failing), ...executionDetails(context.exchange) },
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
  context: EventContext,
  { audience, scope, details }: TokenFacts<LogDetails[Type]>,
): LogEventOf<Type> => event(type, context, details, defined({ audience, scope }))

export const tokensRefused = <Type extends 'feacft' | 'fertft' | 'feccft' | 'ferrt'>(
  type: Type,
  context: EventContext,
  failing: Failing,
  { audience, scope, details }: TokenFacts<LogDetails[Type]>,
): LogEventOf<Type> =>
  event(
    type,
    context,
    { ...details, ...errorDetails(failing) },
    { description: failing.message, ...defined({ audience, scope }) },
  )

export const experimentAssigned = (
  context: EventContext & { readonly transaction: LoginTransaction },
  assignment: Assignment,
  reason: string | undefined,
): LogEvent => ({
  ...event('experiment_assignment_succeeded', context, defined({ reason, phase: assignment.phase })),
  ...experimentFields(context, assignment),
})

export const experimentWarning = (context: EventContext, { code, message }: AssignWarning): LogEvent =>
  event('w', context, { code, message }, { description: message })

/** Ids of the executions of Actions that an event is linked to; empty when no Action ran. */
export const executionDetails = ({ plan }: Pick<Exchange, 'plan'>): { readonly actions?: Json } =>
  plan.executions.length > 0 ? { actions: { executions: [...plan.executions] } } : {}

export const actionsCompleted = (context: EventContext, details: LogDetails['actions_execution_succeeded']): LogEvent =>
  event('actions_execution_succeeded', context, details)

export const actionFailed = (context: EventContext, details: LogDetails['actions_execution_failed']): LogEvent =>
  event('actions_execution_failed', context, details)
