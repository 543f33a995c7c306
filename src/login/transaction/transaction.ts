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
  /** Nobody was logged in when the transaction began: a session that it leads to takes `sessionId`. */
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
  },
  assignments: transaction.assignments,
})

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

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
})
