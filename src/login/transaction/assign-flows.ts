/** Asks experimentation for a transaction's variations, at each moment at which a flow is decided. */

import { FLOWS_BY_MOMENT, type Flow } from '../../decision/snapshot/flow.ts'
import type { LogEvent } from '../../logs/record/log-event.ts'
import { changeLoginTransaction } from '../../store/logins/login-transaction-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import type { AssignOutcome } from '../assignment/assignment-port.ts'
import { createDeviceId, parseDeviceCookie } from './device-cookie.ts'
import { experimentAssigned, experimentWarning } from './events.ts'
import type { Exchange } from './exchange.ts'
import { assignmentOf } from './experiment-in-force.ts'
import { asOfUser, type LoginTransaction, toTransactionRecord } from './transaction.ts'
import type { TransactionServices } from './transaction-services.ts'

export interface AssignedSubject {
  /** Raw, as the cookie has it. */
  readonly deviceId: string
  readonly userId?: string
}

type Fresh = AssignOutcome['assigned']

/** What was decided just now, and what the log is to be told of it. */
interface Decided {
  readonly transaction: LoginTransaction
  readonly events: readonly LogEvent[]
}

/** When the log cannot take it, the login goes on without. */
const recordEvents = (exchange: Exchange, context: TransactionServices, events: readonly LogEvent[]): void => {
  for (const event of events) {
    exchange.hold(
      context.log.record(event).catch(error => {
        context.logError(error, { what: `event ${event.type}`, tenant: event.tenant_id })
      }),
    )
  }
}

const outcomeEvents = (
  exchange: Exchange,
  context: TransactionServices,
  transaction: LoginTransaction,
  { assigned, warnings }: { readonly assigned: Fresh; readonly warnings: AssignOutcome['warnings'] },
): readonly LogEvent[] => {
  const eventContext = { exchange, at: context.clock(), transaction }
  return [
    ...assigned.map(({ assignment, reason }) => experimentAssigned(eventContext, assignment, reason)),
    ...warnings.map(warning => experimentWarning(eventContext, warning)),
  ]
}

type Asked = AssignedSubject & { readonly flows: readonly Flow[] }

/** Asks for some flows of a transaction. An experiment that it has already is not assigned again. */
const decideFlows = async (
  exchange: Exchange,
  context: TransactionServices,
  transaction: LoginTransaction,
  { flows, ...subject }: Asked,
): Promise<Decided> => {
  const outcome = await context.safeAssign({
    tenantId: exchange.tenant.tenantId,
    transactionId: transaction.id,
    sessionId: transaction.sessionId,
    clientId: transaction.clientId,
    clientName: transaction.clientName,
    params: transaction.params,
    ip: exchange.ip,
    userAgent: exchange.userAgent,
    hostname: exchange.hostname,
    header: exchange.header,
    flows,
    ...subject,
  })
  const known = new Set(transaction.assignments.map(({ experiment_id }) => experiment_id))
  const fresh = outcome.assigned.filter(({ assignment }) => !known.has(assignment.experiment_id))
  const assigned = {
    ...transaction,
    assignments: [...transaction.assignments, ...fresh.map(({ assignment }) => assignment)],
    awaitsUser: transaction.awaitsUser || outcome.awaitsUser,
  }
  return {
    transaction: assigned,
    events: outcomeEvents(exchange, context, assigned, { assigned: fresh, warnings: outcome.warnings }),
  }
}

/** For a transaction that begins: asks for its flows and records the answer. */
export const assignFlows = async (
  exchange: Exchange,
  context: TransactionServices,
  transaction: LoginTransaction,
  asked: Asked,
): Promise<LoginTransaction> => {
  const decided = await decideFlows(exchange, context, transaction, asked)
  recordEvents(exchange, context, decided.events)
  return decided.transaction
}

/** Of these flows, those that have no decision yet. */
const undecided = (transaction: LoginTransaction, flows: readonly Flow[]): readonly Flow[] =>
  flows.filter(flow => assignmentOf(transaction, flow) === undefined)

/** The flow that the user came by, when its experiment waits for a user. */
const awaitedFlow = (transaction: LoginTransaction): readonly Flow[] =>
  transaction.awaitsUser && transaction.decidedFor === undefined ? undecided(transaction, [transaction.flow]) : []

/** @param transaction as it is for this user */
const decideForUser = async (
  exchange: Exchange,
  context: TransactionServices,
  transaction: LoginTransaction,
  { user, flows }: { readonly user: UserRecord; readonly flows: readonly Flow[] },
): Promise<Decided> => {
  if (flows.length === 0) return { transaction, events: [] }
  const deviceId = parseDeviceCookie(exchange.cookie('device'), exchange.keys.deviceCookie)
  const subject = { deviceId: deviceId ?? createDeviceId(context.random), userId: user.userId, flows }
  const decided = await decideFlows(exchange, context, transaction, subject)
  const { length: shared } = transaction.assignments
  const isAnswered = transaction.awaitsUser || decided.transaction.assignments.length > shared
  const decidedFor = transaction.decidedFor ?? (isAnswered ? { userId: user.userId, shared } : undefined)
  return { ...decided, transaction: { ...decided.transaction, decidedFor } }
}

/**
 * Stores what was decided, and has it logged. Of two requests that decide at once the first counts, and it alone is logged;
 * a failure harms no login.
 */
const storeDecided = async (
  exchange: Exchange,
  context: TransactionServices,
  before: LoginTransaction,
  { transaction, events }: Decided,
): Promise<void> => {
  const { tenantId } = exchange.tenant
  try {
    await exchange.newRow
    if (
      !(await changeLoginTransaction(
        context.volatileDb,
        tenantId,
        toTransactionRecord(before),
        toTransactionRecord(transaction),
      ))
    )
      return
  } catch (error) {
    context.logError(error, { what: 'assignment of a user', tenant: tenantId })
  }
  recordEvents(exchange, context, events)
}

/** The exchange goes on with what was decided, as the next change of it will find it stored. */
const goOnWith = (exchange: Exchange, before: LoginTransaction, transaction: LoginTransaction): LoginTransaction => {
  const changed = { ...transaction, revision: before.revision + 1 }
  exchange.transaction = changed
  return changed
}

/**
 * For a sign-up that has succeeded: from now on the transaction is one, and an experiment that waits for a user is
 * decided, so that the event of the sign-up and the Actions after it have it. The row is written when this returns.
 */
export const assignSignUp = async (
  exchange: Exchange,
  context: TransactionServices,
  before: LoginTransaction,
  user: UserRecord,
): Promise<LoginTransaction> => {
  const transaction = { ...asOfUser(before, user.userId), flow: 'signup' } as const
  const decided = await decideForUser(exchange, context, transaction, { user, flows: awaitedFlow(transaction) })
  const assigned = goOnWith(exchange, before, decided.transaction)
  await storeDecided(exchange, context, before, decided)
  return assigned
}

/**
 * For a login whose user is known: what waits for the user, and the flows that may follow. The row is written when this
 * returns, so that the log has an assignment before what it leads to.
 */
export const assignLogin = async (
  exchange: Exchange,
  context: TransactionServices,
  before: LoginTransaction,
  user: UserRecord,
): Promise<void> => {
  const transaction = asOfUser(before, user.userId)
  const flows = [...awaitedFlow(transaction), ...undecided(transaction, FLOWS_BY_MOMENT.post_login)]
  const decided = await decideForUser(exchange, context, transaction, { user, flows })
  const { assignments, decidedFor } = decided.transaction
  const isChanged = assignments.length !== before.assignments.length || decidedFor !== before.decidedFor
  if (!isChanged) {
    exchange.transaction = decided.transaction
    recordEvents(exchange, context, decided.events)
    return
  }
  goOnWith(exchange, before, decided.transaction)
  await storeDecided(exchange, context, before, decided)
}
