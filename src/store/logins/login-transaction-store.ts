/** Login transactions: one row per request to `/authorize`; what changes later is its expiry and what was assigned. */

import { type Selectable, sql } from 'kysely'
import type { TenantId, TransactionId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'

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
  /** The assignments of its experiments, as the login wrote them. */
  readonly assignments: readonly object[]
}

/** Columns for a join; every one is null where there is no transaction. */
export const TRANSACTION_COLUMNS = [
  't.transaction_id',
  't.client_id',
  't.browser_hash',
  't.device_hash',
  't.request',
  't.assignments',
] as const

type Nullable<Row> = { readonly [Key in keyof Row]: Row[Key] | null }

type JoinedRow = Nullable<
  Pick<TransactionRow, 'transaction_id' | 'client_id' | 'browser_hash' | 'device_hash' | 'request' | 'assignments'>
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
    assignments: row.assignments ?? [],
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
      assignments: JSON.stringify(transaction.assignments),
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

/**
 * Writes what a transaction has become since it was read. Of two changes of the same state the first counts.
 *
 * @returns false when the transaction is gone, or has been changed meanwhile
 */
export const changeLoginTransaction = async (
  db: Db,
  tenantId: TenantId,
  before: Pick<LoginTransactionRecord, 'transactionId' | 'assignments'>,
  after: Pick<LoginTransactionRecord, 'request' | 'assignments'>,
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('login_transactions')
    .set({ request: JSON.stringify(after.request), assignments: JSON.stringify(after.assignments) })
    .where('tenant_id', '=', tenantId)
    .where('transaction_id', '=', before.transactionId)
    .where('assignments', '=', sql<object[]>`${JSON.stringify(before.assignments)}::jsonb`)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
