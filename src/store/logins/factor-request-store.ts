/** What a login transaction waits for on our pages: a second factor, its enrolment, or a passkey. */

import { type Selectable, sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { SESSION_MODEL } from './authorization-store.ts'
import { hashPayloadId } from './oidc-payload-store.ts'

type Row = Selectable<Database['factor_requests']>

/** Whose wait it is. Two users who log in in one transaction wait for two things, and neither knows of the other's. */
export interface FactorRequestKey {
  readonly tenantId: TenantId
  readonly transactionId: string
  readonly userId: string
  readonly sessionId: string
}

export interface NewFactorRequest {
  /** The step of the pipeline that waits; undefined when none of them does. */
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
  readonly key: FactorRequestKey
  /** Grows with each request of its owner in the transaction. */
  readonly revision: number
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

/** Names one request: what was sent for an earlier one of the same owner is not meant for it. */
export type FactorRequestRef = Pick<FactorRequest, 'key' | 'revision'>

const toRequest = (row: Row, key: FactorRequestKey): FactorRequest => ({
  key,
  revision: row.revision,
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

/** Condition on `factor_requests`: the owner's row. */
export const isOwn = ({ tenantId, transactionId, userId, sessionId }: FactorRequestKey) => sql<boolean>`(
  factor_requests.tenant_id = ${tenantId} and factor_requests.transaction_id = ${transactionId}
  and factor_requests.user_id = ${userId} and factor_requests.session_id = ${sessionId}
  and factor_requests.expires_at > now())`

/** Condition on `factor_requests`: the session in which its user waits has not ended. */
export const isInSession = ({ sessionId }: FactorRequestKey) => sql<boolean>`exists (
  select from oidc_payloads s
  where s.tenant_id = factor_requests.tenant_id and s.model = ${SESSION_MODEL} and s.uid_hash = ${hashPayloadId(sessionId)}
    and s.account_id = factor_requests.user_id and s.expires_at > now())`

/**
 * Condition on `factor_requests` of every statement that advances a request: it is the owner's, it is the one that was
 * meant, and neither it nor its session has ended.
 */
export const isWaiting = ({ key, revision }: FactorRequestRef) => sql<boolean>`(
  ${isOwn(key)} and factor_requests.revision = ${revision} and factor_requests.settled_at is null and ${isInSession(key)})`

/** Makes a login wait for something new. What it has proved before stays proved, and a passkey created. */
export const saveFactorRequest = async (db: Db, key: FactorRequestKey, request: NewFactorRequest): Promise<void> => {
  const values = {
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
  const { tenantId, transactionId, userId, sessionId } = key
  const owner = { tenant_id: tenantId, transaction_id: transactionId, user_id: userId, session_id: sessionId }
  await db
    .insertInto('factor_requests')
    .values({ ...owner, ...values })
    .onConflict(conflict =>
      conflict.columns(['tenant_id', 'transaction_id', 'user_id', 'session_id']).doUpdateSet({
        ...values,
        revision: sql`factor_requests.revision + 1`,
        enrolled: [],
        noted: [],
        sealed_totp_secret: null,
        sealed_recovery_code: null,
        settled_at: null,
      }),
    )
    .execute()
}

/** What a login waits for, or has waited for; undefined also when the session has ended in which it waits. */
export const findFactorRequest = async (db: Db, key: FactorRequestKey): Promise<FactorRequest | undefined> => {
  const row = await db
    .selectFrom('factor_requests')
    .selectAll()
    .where(isOwn(key))
    .where(isInSession(key))
    .executeTakeFirst()
  return row && toRequest(row, key)
}

const add = (column: 'proved' | 'enrolled' | 'noted', value: string) =>
  sql<string[]>`array_append(${sql.ref(column)}, ${value})`

const lacks = (column: 'proved' | 'enrolled' | 'noted', value: string) =>
  sql<boolean>`not (${value} = any (${sql.ref(column)}))`

const addOnce = (column: 'proved' | 'enrolled', value: string) =>
  sql<string[]>`case when ${lacks(column, value)} then ${add(column, value)} else ${sql.ref(column)} end`

/** Notes that something was said of a request; true the first time. */
export const noteOnce = async (db: Db, request: FactorRequestRef, note: string): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('factor_requests')
    .set({ noted: add('noted', note) })
    .where(isWaiting(request))
    .where(lacks('noted', note))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** True when a request has the note, whether or not it still waits. */
export const isNoted = async (db: Db, { key, revision }: FactorRequestRef, note: string): Promise<boolean> => {
  const row = await db
    .selectFrom('factor_requests')
    .select('revision')
    .where(isOwn(key))
    .where('revision', '=', revision)
    .where(sql<boolean>`${note} = any (noted)`)
    .executeTakeFirst()
  return row !== undefined
}

/** Noted with the proof that a request has asked for. */
const CHALLENGED = 'challenged'

/**
 * Notes what happened to a factor: it was proved by a challenge, or by the enrollment that set it up, or it was given to
 * the user, which proves nothing. A request is challenged once: of two right answers the first counts.
 *
 * @returns false when the request does not wait for it any more: nothing was noted
 */
export const advanceFactorRequest = async (
  db: Db,
  request: FactorRequestRef,
  factor: string,
  by: 'challenge' | 'enrollment' | 'gift',
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('factor_requests')
    .set({
      ...(by === 'gift' ? {} : { proved: addOnce('proved', factor) }),
      ...(by === 'challenge' ? { noted: add('noted', CHALLENGED) } : { enrolled: addOnce('enrolled', factor) }),
    })
    .where(isWaiting(request))
    .$if(by === 'challenge', update => update.where(lacks('noted', CHALLENGED)))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * A secret that waits to be confirmed: the first that was offered stays, so that a page can be loaded again.
 *
 * @returns undefined when the request does not wait any more
 */
export const keepPendingSecret = async (
  db: Db,
  request: FactorRequestRef,
  column: 'sealed_totp_secret' | 'sealed_recovery_code',
  sealed: string,
): Promise<string | undefined> => {
  const row = await db
    .updateTable('factor_requests')
    .set({ [column]: sql`coalesce(${sql.ref(column)}, ${sealed})` })
    .where(isWaiting(request))
    .returning(column)
    .executeTakeFirst()
  return row?.[column] ?? undefined
}

/** Ends the wait; true for the caller that ended it. */
export const settleFactorRequest = async (db: Db, request: FactorRequestRef, at: Date): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('factor_requests')
    .set({ settled_at: at })
    .where(isWaiting(request))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
