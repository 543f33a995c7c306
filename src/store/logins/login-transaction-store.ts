/** Login transactions: one row per request to `/authorize`; what changes later is its expiry, its flow and what was assigned. */

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
  /** How often `changeLoginTransaction` has changed it. */
  readonly revision: number
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

/** The fact that says how often a transaction was changed. */
const REVISION = 'revision'

type Nullable<Row> = { readonly [Key in keyof Row]: Row[Key] | null }

type JoinedRow = Nullable<
  Pick<TransactionRow, 'transaction_id' | 'client_id' | 'browser_hash' | 'device_hash' | 'request' | 'assignments'>
>

/** Reads the columns of a join. */
export const toLoginTransaction = (row: JoinedRow): LoginTransactionRecord | undefined => {
  if (row.transaction_id === null) return undefined
  const request: Readonly<Record<string, unknown>> = { ...row.request }
  return {
    transactionId: row.transaction_id as TransactionId, // rows hold only ids that the login made
    clientId: row.client_id ?? '',
    browserHash: row.browser_hash ?? '',
    deviceHash: row.device_hash ?? '',
    request,
    assignments: row.assignments ?? [],
    revision: Number(request[REVISION] ?? 0),
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
 * @param before its revision is that of the state that was read
 * @returns false when the transaction is gone, or has been changed meanwhile
 */
export const changeLoginTransaction = async (
  db: Db,
  tenantId: TenantId,
  before: Pick<LoginTransactionRecord, 'transactionId' | 'revision'>,
  after: Pick<LoginTransactionRecord, 'request' | 'assignments'>,
): Promise<boolean> => {
  const request = JSON.stringify({ ...after.request, [REVISION]: before.revision + 1 })
  const { numUpdatedRows } = await db
    .updateTable('login_transactions')
    .set({ request: sql`request || ${request}::jsonb`, assignments: JSON.stringify(after.assignments) })
    .where('tenant_id', '=', tenantId)
    .where('transaction_id', '=', before.transactionId)
    .where(sql<boolean>`coalesce((request ->> ${REVISION})::int, 0) = ${before.revision}`)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Adds facts to a transaction that every later change keeps or replaces. */
export const noteOnLoginTransaction = async (
  db: Db,
  tenantId: TenantId,
  transactionId: string,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> => {
  await db
    .updateTable('login_transactions')
    .set({ request: sql`request || ${JSON.stringify(facts)}::jsonb` })
    .where('tenant_id', '=', tenantId)
    .where('transaction_id', '=', transactionId)
    .execute()
}
