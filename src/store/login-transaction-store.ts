/** Login transactions: one row per request to `/authorize`, written once and never changed but for its expiry. */

import type { Selectable } from 'kysely'
import type { TenantId, TransactionId } from '../model/ids.ts'
import type { Db } from './database.ts'
import type { Database } from './schema.ts'

type TransactionRow = Selectable<Database['login_transactions']>

export interface LoginTransactionRecord {
  readonly transactionId: TransactionId
  readonly clientId: string
  /** Hash of the secret that ties the transaction to one browser. */
  readonly browserHash: string
  /** Keyed hash of the device cookie, as the log shows it. */
  readonly deviceHash: string
  /** Facts of the request, as the login wrote them. */
  readonly request: Readonly<Record<string, unknown>>
  /** The experiment's assignment, as the login wrote it. */
  readonly assignment: Readonly<Record<string, unknown>> | undefined
}

/** Columns for a join; every one is null where there is no transaction. */
export const TRANSACTION_COLUMNS = [
  't.transaction_id',
  't.client_id',
  't.browser_hash',
  't.device_hash',
  't.request',
  't.assignment',
] as const

type Nullable<Row> = { readonly [Key in keyof Row]: Row[Key] | null }

type JoinedRow = Nullable<
  Pick<TransactionRow, 'transaction_id' | 'client_id' | 'browser_hash' | 'device_hash' | 'request' | 'assignment'>
>

/** Reads the columns of a join. */
export const toLoginTransaction = (row: JoinedRow): LoginTransactionRecord | undefined => {
  if (row.transaction_id === null) return undefined
  return {
    transactionId: row.transaction_id as TransactionId, // rows hold only ids that the login made
    clientId: row.client_id ?? '',
    browserHash: row.browser_hash ?? '',
    deviceHash: row.device_hash ?? '',
    request: { ...row.request },
    assignment: row.assignment ? { ...row.assignment } : undefined,
  }
}

export const insertLoginTransaction = async (
  db: Db,
  tenantId: TenantId,
  transaction: LoginTransactionRecord,
  expiresAt: Date,
): Promise<void> => {
  await db
    .insertInto('login_transactions')
    .values({
      tenant_id: tenantId,
      transaction_id: transaction.transactionId,
      client_id: transaction.clientId,
      browser_hash: transaction.browserHash,
      device_hash: transaction.deviceHash,
      request: JSON.stringify(transaction.request),
      assignment: transaction.assignment ? JSON.stringify(transaction.assignment) : null,
      expires_at: expiresAt,
    })
    .execute()
}

/** Keeps a transaction for as long as its refresh token may be used. */
export const extendLoginTransaction = async (
  db: Db,
  tenantId: TenantId,
  transactionId: string,
  expiresAt: Date,
): Promise<void> => {
  await db
    .updateTable('login_transactions')
    .set({ expires_at: expiresAt })
    .where('tenant_id', '=', tenantId)
    .where('transaction_id', '=', transactionId)
    .where('expires_at', '<', expiresAt)
    .execute()
}

/** Sets the assignment of a transaction that has none, once its user is known. The first one stays. */
export const assignLoginTransaction = async (
  db: Db,
  tenantId: TenantId,
  transaction: Pick<LoginTransactionRecord, 'transactionId' | 'request' | 'assignment'>,
): Promise<void> => {
  await db
    .updateTable('login_transactions')
    .set({
      request: JSON.stringify(transaction.request),
      assignment: transaction.assignment ? JSON.stringify(transaction.assignment) : null,
    })
    .where('tenant_id', '=', tenantId)
    .where('transaction_id', '=', transaction.transactionId)
    .where('assignment', 'is', null)
    .execute()
}
