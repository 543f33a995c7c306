/** State of the OIDC engine: interactions, sessions, grants, codes and tokens. Ids are stored hashed. */

import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { type LoginTransactionRecord, TRANSACTION_COLUMNS, toLoginTransaction } from './login-transaction-store.ts'

/** Names one payload: the engine's model (`Session`, `AuthorizationCode`, …) and its secret id. */
export interface OidcPayloadKey {
  readonly tenantId: TenantId
  readonly model: string
  readonly id: string
}

export interface OidcPayload {
  readonly payload: Readonly<Record<string, unknown>>
  readonly consumedAt: Date | undefined
}

/** A reader of the table cannot present what it holds: an id opens a session or redeems a code. */
export const hashPayloadId = (id: string): string => createHash('sha256').update(id).digest('base64url')

type PayloadRow = Pick<Selectable<Database['oidc_payloads']>, 'payload' | 'consumed_at'>

const toPayload = (row: PayloadRow): OidcPayload => ({
  payload: row.payload,
  consumedAt: row.consumed_at ?? undefined,
})

export interface NewOidcPayload extends OidcPayloadKey {
  /** Without the id. */
  readonly payload: Readonly<Record<string, unknown>>
  /** The grant, and so the login transaction, that it belongs to. */
  readonly grantId: string | undefined
  /** A second id by which it can be found. */
  readonly uid: string | undefined
  readonly expiresAt: Date | undefined
}

const valuesOf = ({ payload, grantId, uid, expiresAt }: NewOidcPayload) => ({
  payload: JSON.stringify(payload),
  grant_id: grantId ?? null,
  uid_hash: uid === undefined ? null : hashPayloadId(uid),
  expires_at: expiresAt ?? null,
})

/** Stores a new payload. @throws the driver's error when its id is taken */
export const insertOidcPayload = async (db: Db, entry: NewOidcPayload): Promise<void> => {
  const { tenantId, model, id } = entry
  await db
    .insertInto('oidc_payloads')
    .values({ tenant_id: tenantId, model, id_hash: hashPayloadId(id), consumed_at: null, ...valuesOf(entry) })
    .execute()
}

/** Replaces a payload that is there, and writes none that has ended; whether it was consumed stays as it is. */
export const updateOidcPayload = async (db: Db, entry: NewOidcPayload): Promise<void> => {
  await db
    .updateTable('oidc_payloads')
    .set(valuesOf(entry))
    .where('tenant_id', '=', entry.tenantId)
    .where('model', '=', entry.model)
    .where('id_hash', '=', hashPayloadId(entry.id))
    .execute()
}

const notExpired = sql<boolean>`(p.expires_at is null or p.expires_at > now())`

/** The model of the payloads that others belong to; their own `grant_id` names themselves. */
export const GRANT_MODEL = 'Grant'

export interface OidcPayloadWithOrigin extends OidcPayload {
  /** The grant that it belongs to, and the payload of that grant. */
  readonly grant: { readonly id: string; readonly payload: OidcPayload['payload'] } | undefined
  /** The login transaction that it belongs to. */
  readonly transaction: LoginTransactionRecord | undefined
}

/** A payload whose time is not over, with its grant and its login transaction, in one read. */
export const findOidcPayload = async (db: Db, key: OidcPayloadKey): Promise<OidcPayloadWithOrigin | undefined> => {
  const row = await db
    .selectFrom('oidc_payloads as p')
    .leftJoin('login_transactions as t', join =>
      join.onRef('t.tenant_id', '=', 'p.tenant_id').onRef('t.transaction_id', '=', 'p.grant_id'),
    )
    .leftJoin('oidc_payloads as g', join =>
      join
        .onRef('g.tenant_id', '=', 'p.tenant_id')
        .onRef('g.grant_id', '=', 'p.grant_id')
        .on('g.model', '=', GRANT_MODEL)
        .on(sql<boolean>`g.expires_at > now()`),
    )
    .select(['p.payload', 'p.consumed_at', 'p.grant_id', 'g.payload as grant_payload', ...TRANSACTION_COLUMNS])
    .where('p.tenant_id', '=', key.tenantId)
    .where('p.model', '=', key.model)
    .where('p.id_hash', '=', hashPayloadId(key.id))
    .where(notExpired)
    .executeTakeFirst()
  if (!row) return undefined
  const { grant_id: id, grant_payload: payload } = row
  return { ...toPayload(row), grant: id && payload ? { id, payload } : undefined, transaction: toLoginTransaction(row) }
}

/** A payload found by its second id. */
export const findOidcPayloadByUid = async (
  db: Db,
  key: { readonly tenantId: TenantId; readonly model: string; readonly uid: string },
): Promise<OidcPayload | undefined> => {
  const row = await db
    .selectFrom('oidc_payloads as p')
    .select(['p.payload', 'p.consumed_at'])
    .where('p.tenant_id', '=', key.tenantId)
    .where('p.model', '=', key.model)
    .where('p.uid_hash', '=', hashPayloadId(key.uid))
    .where(notExpired)
    .executeTakeFirst()
  return row && toPayload(row)
}

/** Marks a payload as used. Of concurrent calls exactly one returns true: a code is redeemed once. */
export const consumeOidcPayload = async (db: Db, key: OidcPayloadKey): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('oidc_payloads')
    .set({ consumed_at: sql`now()` })
    .where('tenant_id', '=', key.tenantId)
    .where('model', '=', key.model)
    .where('id_hash', '=', hashPayloadId(key.id))
    .where('consumed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export const deleteOidcPayload = async (db: Db, key: OidcPayloadKey): Promise<void> => {
  await db
    .deleteFrom('oidc_payloads')
    .where('tenant_id', '=', key.tenantId)
    .where('model', '=', key.model)
    .where('id_hash', '=', hashPayloadId(key.id))
    .execute()
}

/** Deletes the payloads of one model that a grant led to. */
export const deleteOidcPayloadsOfGrant = async (
  db: Db,
  key: { readonly tenantId: TenantId; readonly model: string; readonly grantId: string },
): Promise<void> => {
  await db
    .deleteFrom('oidc_payloads')
    .where('tenant_id', '=', key.tenantId)
    .where('grant_id', '=', key.grantId)
    .where('model', '=', key.model)
    .execute()
}
