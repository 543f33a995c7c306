/** What a login transaction waits for on our pages: a second factor, its enrolment, or a passkey. */

import { type Selectable, sql } from 'kysely'
import type { TenantId } from '../model/ids.ts'
import type { Db } from './database.ts'
import type { Database } from './schema.ts'

type Row = Selectable<Database['factor_requests']>

export interface NewFactorRequest {
  readonly userId: string
  readonly sessionId: string
  /** The step of the pipeline that waits; undefined when no step of ours does. */
  readonly step: string | undefined
  readonly purpose: Row['purpose']
  /** `any`: the user picks from a list first. */
  readonly choose: Row['choose']
  /** In the order in which they are preferred. */
  readonly factors: readonly string[]
  /** A user without a recovery code gets one at the end. */
  readonly offersRecoveryCode: boolean
  readonly allowsRememberedBrowser: boolean
  /** Parameters that the page was opened with and that its events name. */
  readonly query: Readonly<Record<string, string>>
  readonly startedAt: Date
  readonly expiresAt: Date
}

export interface FactorRequest extends NewFactorRequest {
  /** Factors that were proved in the transaction, by this request or by an earlier one. */
  readonly proved: readonly string[]
  /** Factors that were set up for this request. */
  readonly enrolled: readonly string[]
  readonly sealedTotpSecret: string | undefined
  readonly sealedRecoveryCode: string | undefined
  /** A passkey was created in the transaction (`pending-passkey-store.ts`), by this request or by an earlier one. */
  readonly hasPasskey: boolean
  readonly settledAt: Date | undefined
}

export interface FactorRequestKey {
  readonly tenantId: TenantId
  readonly transactionId: string
}

const toRequest = (row: Row): FactorRequest => ({
  userId: row.user_id,
  sessionId: row.session_id,
  step: row.step ?? undefined,
  purpose: row.purpose,
  choose: row.choose,
  factors: row.factors,
  offersRecoveryCode: row.offer_recovery_code,
  allowsRememberedBrowser: row.allow_remember_browser,
  query: row.query,
  startedAt: row.started_at,
  expiresAt: row.expires_at,
  proved: row.proved,
  enrolled: row.enrolled,
  sealedTotpSecret: row.sealed_totp_secret ?? undefined,
  sealedRecoveryCode: row.sealed_recovery_code ?? undefined,
  hasPasskey: row.pending_passkey !== null,
  settledAt: row.settled_at ?? undefined,
})

/**
 * Makes a transaction wait for something new. What was proved in it before stays proved, and a passkey created, for the
 * same user in the same session.
 */
export const saveFactorRequest = async (
  db: Db,
  { tenantId, transactionId }: FactorRequestKey,
  request: NewFactorRequest,
): Promise<void> => {
  const values = {
    user_id: request.userId,
    session_id: request.sessionId,
    step: request.step ?? null,
    purpose: request.purpose,
    choose: request.choose,
    factors: [...request.factors],
    offer_recovery_code: request.offersRecoveryCode,
    allow_remember_browser: request.allowsRememberedBrowser,
    query: JSON.stringify(request.query),
    started_at: request.startedAt,
    expires_at: request.expiresAt,
  }
  const isSameOwner = sql<boolean>`(
    factor_requests.user_id = excluded.user_id and factor_requests.session_id = excluded.session_id)`
  await db
    .insertInto('factor_requests')
    .values({ tenant_id: tenantId, transaction_id: transactionId, ...values })
    .onConflict(conflict =>
      conflict.columns(['tenant_id', 'transaction_id']).doUpdateSet({
        ...values,
        proved: sql`case when ${isSameOwner} then factor_requests.proved else '{}' end`,
        pending_passkey: sql`case when ${isSameOwner} then factor_requests.pending_passkey end`,
        enrolled: [],
        noted: [],
        sealed_totp_secret: null,
        sealed_recovery_code: null,
        settled_at: null,
      }),
    )
    .execute()
}

/** What a transaction waits for, or has waited for. */
export const findFactorRequest = async (
  db: Db,
  { tenantId, transactionId }: FactorRequestKey,
): Promise<FactorRequest | undefined> => {
  const row = await db
    .selectFrom('factor_requests')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('transaction_id', '=', transactionId)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return row && toRequest(row)
}

const add = (column: 'proved' | 'enrolled' | 'noted', value: string) =>
  sql<string[]>`array_append(${sql.ref(column)}, ${value})`

const lacks = (column: 'proved' | 'enrolled' | 'noted', value: string) =>
  sql<boolean>`not (${value} = any (${sql.ref(column)}))`

/** Notes that something was said of a request; true the first time. */
export const noteOnce = async (
  db: Db,
  { tenantId, transactionId }: FactorRequestKey,
  note: string,
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('factor_requests')
    .set({ noted: add('noted', note) })
    .where('tenant_id', '=', tenantId)
    .where('transaction_id', '=', transactionId)
    .where(lacks('noted', note))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Notes that a factor was proved, or set up and thereby proved; returns the request as it is now. */
export const proveFactor = async (
  db: Db,
  { tenantId, transactionId }: FactorRequestKey,
  factor: string,
  by: 'challenge' | 'enrollment',
): Promise<FactorRequest | undefined> => {
  const row = await db
    .updateTable('factor_requests')
    .set({
      proved: sql`case when ${lacks('proved', factor)} then ${add('proved', factor)} else proved end`,
      ...(by === 'enrollment' ? { enrolled: add('enrolled', factor) } : {}),
    })
    .where('tenant_id', '=', tenantId)
    .where('transaction_id', '=', transactionId)
    .returningAll()
    .executeTakeFirst()
  return row && toRequest(row)
}

/** A secret that waits to be confirmed: the first that was offered stays, so that a page can be loaded again. */
export const keepPendingSecret = async (
  db: Db,
  { tenantId, transactionId }: FactorRequestKey,
  column: 'sealed_totp_secret' | 'sealed_recovery_code',
  sealed: string,
): Promise<string | undefined> => {
  const row = await db
    .updateTable('factor_requests')
    .set({ [column]: sql`coalesce(${sql.ref(column)}, ${sealed})` })
    .where('tenant_id', '=', tenantId)
    .where('transaction_id', '=', transactionId)
    .returning(column)
    .executeTakeFirst()
  return row?.[column] ?? undefined
}

/** Ends the wait; true for the caller that ended it. */
export const settleFactorRequest = async (
  db: Db,
  { tenantId, transactionId }: FactorRequestKey,
  at: Date,
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('factor_requests')
    .set({ settled_at: at })
    .where('tenant_id', '=', tenantId)
    .where('transaction_id', '=', transactionId)
    .where('settled_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
