/** Asks experimentation for a transaction's variations, at each moment at which a flow is decided. */

import { FLOWS_BY_MOMENT, type Flow } from '../../decision/flow.ts'
import { changeLoginTransaction } from '../../store/logins/login-transaction-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import type { AssignOutcome } from '../assignment/assignment-port.ts'
import type { LoginContext } from '../door/login-deps.ts'
import { createDeviceId, parseDeviceCookie } from './device-cookie.ts'
import { experimentAssigned, experimentWarning } from './events.ts'
import type { Exchange } from './exchange.ts'
import { assignmentOf } from './experiment-in-force.ts'
import { type LoginTransaction, toTransactionRecord } from './transaction.ts'

export interface AssignedSubject {
  /** Raw, as the cookie has it. */
  readonly deviceId: string
  readonly userId?: string
}

type Fresh = AssignOutcome['assigned']

/** Records what experimentation has to say; when the log cannot take it, the login goes on without. */
const recordOutcome = (
  exchange: Exchange,
  context: LoginContext,
  transaction: LoginTransaction,
  { assigned, warnings }: { readonly assigned: Fresh; readonly warnings: AssignOutcome['warnings'] },
): void => {
  const occasion = { exchange, at: context.clock(), transaction }
  const events = [
    ...assigned.map(({ assignment, reason }) => experimentAssigned(occasion, assignment, reason)),
    ...warnings.map(warning => experimentWarning(occasion, warning)),
  ]
  for (const event of events) {
    exchange.hold(
      context.log.record(event).catch(error => {
        context.logError(error, { what: `event ${event.type}`, tenant: event.tenant_id })
      }),
    )
  }
}

/** Asks for some flows of a transaction and records the answer. An experiment that it has already is not assigned again. */
export const assignFlows = async (
  exchange: Exchange,
  context: LoginContext,
  transaction: LoginTransaction,
  { flows, ...subject }: AssignedSubject & { readonly flows: readonly Flow[] },
): Promise<LoginTransaction> => {
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
    awaitsUser: outcome.awaitsUser,
  }
  recordOutcome(exchange, context, assigned, { assigned: fresh, warnings: outcome.warnings })
  return assigned
}

/** Stores what was assigned; of two requests that do so at once the first counts, and a failure harms no login. */
const storeAssignments = async (
  { tenant, newRow }: Exchange,
  { volatileDb, logError }: LoginContext,
  before: LoginTransaction,
  after: LoginTransaction,
): Promise<void> => {
  const { tenantId } = tenant
  try {
    await newRow
    await changeLoginTransaction(volatileDb, tenantId, toTransactionRecord(before), toTransactionRecord(after))
  } catch (error) {
    logError(error, { what: 'assignment of a user', tenant: tenantId })
  }
}

/** Of these flows, those that have no decision yet. */
const undecided = (transaction: LoginTransaction, flows: readonly Flow[]): readonly Flow[] =>
  flows.filter(flow => assignmentOf(transaction, flow) === undefined)

/** The flow that the user came by, when its experiment waits for a user. */
const awaitedFlow = (transaction: LoginTransaction): readonly Flow[] =>
  transaction.awaitsUser ? undecided(transaction, [transaction.flow]) : []

const assignUser = async (
  exchange: Exchange,
  context: LoginContext,
  transaction: LoginTransaction,
  { user, flows }: { readonly user: UserRecord; readonly flows: readonly Flow[] },
): Promise<LoginTransaction> => {
  if (flows.length === 0) return transaction
  const deviceId = parseDeviceCookie(exchange.cookie('device'), exchange.keys.deviceCookie)
  const subject = { deviceId: deviceId ?? createDeviceId(context.random), userId: user.userId, flows }
  return { ...(await assignFlows(exchange, context, transaction, subject)), awaitsUser: false }
}

/**
 * For a sign-up that has succeeded: from now on the transaction is one, and an experiment that waits for a user is
 * decided, so that the event of the sign-up and the Actions after it have it. The row is written when this returns.
 */
export const assignSignUp = async (
  exchange: Exchange,
  context: LoginContext,
  transaction: LoginTransaction,
  user: UserRecord,
): Promise<LoginTransaction> => {
  const flow = 'signup'
  const flows = awaitedFlow({ ...transaction, flow })
  const assigned = { ...(await assignUser(exchange, context, transaction, { user, flows })), flow } as const
  exchange.transaction = assigned
  await storeAssignments(exchange, context, transaction, assigned)
  return assigned
}

/** For a login whose user is known: what waits for the user, and the flows that may follow. The row is written meanwhile. */
export const assignLogin = async (
  exchange: Exchange,
  context: LoginContext,
  transaction: LoginTransaction,
  user: UserRecord,
): Promise<void> => {
  const flows = [...awaitedFlow(transaction), ...undecided(transaction, FLOWS_BY_MOMENT.post_login)]
  const assigned = await assignUser(exchange, context, transaction, { user, flows })
  exchange.transaction = assigned
  const isChanged =
    assigned.assignments.length > transaction.assignments.length || assigned.awaitsUser !== transaction.awaitsUser
  if (isChanged) exchange.hold(storeAssignments(exchange, context, transaction, assigned))
}
