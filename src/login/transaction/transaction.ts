/** A login transaction as the login reads it: the facts of one request to `/authorize` and its assignments. */

import { isJsonObject } from '../../base/json.ts'
import type { TransactionId } from '../../model/ids.ts'
import type { LoginTransactionRecord } from '../../store/logins/login-transaction-store.ts'
import type { Assignment } from '../assignment/assignment-port.ts'

export interface LoginTransaction {
  readonly id: TransactionId
  readonly clientId: string
  readonly clientName: string
  /** The session that the login will have when it succeeds; known before there is one, so that events can be joined. */
  readonly sessionId: string
  /** No user was logged in when the transaction began: a session that it leads to takes `sessionId`. */
  readonly opensSession: boolean
  readonly browserHash: string
  readonly deviceHash: string
  /** Milliseconds since 1970. */
  readonly initiatedAt: number
  readonly correlationId: string | undefined
  /** The authorization request's parameters. */
  readonly params: Readonly<Record<string, string>>
  /** `signup` on the sign-up page and after a sign-up that has succeeded. */
  readonly flow: 'login' | 'signup'
  /** Of every experiment that it is in, in the order in which they were decided. */
  readonly assignments: readonly Assignment[]
  /** An active experiment assigns users, so it is asked again when the user is known. */
  readonly awaitsUser: boolean
  /** The user for whom that was done; of the assignments, the first `shared` are of any user who logs in here. */
  readonly decidedFor: { readonly userId: string; readonly shared: number } | undefined
  /** How often it was changed since it began. */
  readonly revision: number
}

/**
 * The transaction as it is for a user, or before one is known. A login whose user was recognised, and whose credentials
 * ended before it did, asks again who logs in: what was decided for one user is nothing of another.
 */
export const asOfUser = (transaction: LoginTransaction, userId: string | undefined): LoginTransaction => {
  const { decidedFor, assignments } = transaction
  if (decidedFor === undefined || decidedFor.userId === userId) return transaction
  return {
    ...transaction,
    flow: 'login',
    assignments: assignments.slice(0, decidedFor.shared),
    decidedFor: undefined,
  }
}

/** What is stored of a transaction. */
export const toTransactionRecord = (transaction: LoginTransaction): LoginTransactionRecord => ({
  transactionId: transaction.id,
  clientId: transaction.clientId,
  browserHash: transaction.browserHash,
  deviceHash: transaction.deviceHash,
  request: {
    client_name: transaction.clientName,
    session_id: transaction.sessionId,
    opens_session: transaction.opensSession,
    initiated_at: transaction.initiatedAt,
    correlation_id: transaction.correlationId,
    params: transaction.params,
    flow: transaction.flow,
    awaits_user: transaction.awaitsUser,
    decided_for: transaction.decidedFor ?? null,
  },
  assignments: transaction.assignments,
  revision: transaction.revision,
})

/** What is stored of a transaction when it has become a sign-up. */
export const SIGNED_UP = { flow: 'signup' } as const

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const toDecidedFor = (value: unknown): LoginTransaction['decidedFor'] =>
  isJsonObject(value) ? { userId: text(value.userId), shared: Number(value.shared) } : undefined

const textValues = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(isJsonObject(value) ? value : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )

/** Reads what `toTransactionRecord` wrote. */
export const parseTransaction = ({ request, ...record }: LoginTransactionRecord): LoginTransaction => ({
  id: record.transactionId,
  clientId: record.clientId,
  clientName: text(request.client_name),
  sessionId: text(request.session_id),
  opensSession: request.opens_session === true,
  browserHash: record.browserHash,
  deviceHash: record.deviceHash,
  initiatedAt: Number(request.initiated_at),
  correlationId: text(request.correlation_id) || undefined,
  params: textValues(request.params),
  flow: request.flow === 'signup' ? 'signup' : 'login',
  // Written from assignments, and by no other writer.
  assignments: record.assignments as readonly Assignment[],
  awaitsUser: request.awaits_user === true,
  decidedFor: toDecidedFor(request.decided_for),
  revision: record.revision,
})
