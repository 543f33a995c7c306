/**
 * Interactions: an authorization request that waits for a page. One is answered once and used once; a used one stays as
 * an empty row until its time is over, so that it is not written again, and its browser can be told how the login went on.
 */

import { sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import { findOidcPayload, GRANT_MODEL, hashPayloadId, type OidcPayloadWithOrigin } from './oidc-payload-store.ts'

export const INTERACTION_MODEL = 'Interaction'

/** Names one interaction by its secret id. */
export interface InteractionKey {
  readonly tenantId: TenantId
  readonly id: string
}

export interface NewInteraction extends InteractionKey {
  /** Without the id. */
  readonly payload: Readonly<Record<string, unknown>>
  readonly transactionId: string | undefined
  readonly expiresAt: Date | undefined
}

/** The member of an interaction's payload that says how it was answered. */
export const RESULT = 'result'

/** The member that says until when (seconds since 1970) a sign-up for it is being looked at. */
export const BUSY_UNTIL = 'busyUntil'

/** Creates an interaction, or replaces it for as long as it is not used; false when it was used. */
export const saveInteraction = async (db: Db, interaction: NewInteraction): Promise<boolean> => {
  const values = {
    payload: JSON.stringify(interaction.payload),
    grant_id: interaction.transactionId ?? null,
    expires_at: interaction.expiresAt ?? null,
  }
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('oidc_payloads')
    .values({
      tenant_id: interaction.tenantId,
      model: INTERACTION_MODEL,
      id_hash: hashPayloadId(interaction.id),
      uid_hash: null,
      consumed_at: null,
      ...values,
    })
    .onConflict(conflict =>
      conflict
        .columns(['tenant_id', 'model', 'id_hash'])
        .doUpdateSet(values)
        .where('oidc_payloads.consumed_at', 'is', null),
    )
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** An interaction whose time is not over, with its transaction; a used one has `consumedAt` and nothing in it. */
export const findInteraction = (db: Db, key: InteractionKey): Promise<OidcPayloadWithOrigin | undefined> =>
  findOidcPayload(db, { ...key, model: INTERACTION_MODEL })

/** Condition: the interaction is not used, and its time is not over. */
export const isOpen = sql<boolean>`(consumed_at is null and (expires_at is null or expires_at > now()))`

/** Answers an interaction. Of concurrent callers one gets true; false also when it was used, or its time is over. */
export const answerInteraction = async (
  db: Db,
  { tenantId, id }: InteractionKey,
  result: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('oidc_payloads')
    .set({ payload: sql`payload || ${JSON.stringify({ ...more, [RESULT]: result })}::jsonb` })
    .where('tenant_id', '=', tenantId)
    .where('model', '=', INTERACTION_MODEL)
    .where('id_hash', '=', hashPayloadId(id))
    .where(isOpen)
    .where(sql<boolean>`not (payload ? ${RESULT})`)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Uses an interaction up: what it led to is the caller's to do. Of concurrent callers one gets true. */
export const useInteraction = async (db: Db, { tenantId, id }: InteractionKey): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('oidc_payloads')
    .set({ consumed_at: sql`now()`, payload: '{}' })
    .where('tenant_id', '=', tenantId)
    .where('model', '=', INTERACTION_MODEL)
    .where('id_hash', '=', hashPayloadId(id))
    .where(isOpen)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** How far a login has come. */
export interface LoginTrail {
  /** The payload of the interaction that waits for a page. */
  readonly waiting: Readonly<Record<string, unknown>> | undefined
  /** Whom it has logged in, when it was accepted. */
  readonly acceptedUserId: string | undefined
  /** When its last interaction was used. */
  readonly usedAt: Date | undefined
}

/** Most rows of one login that are looked at; each step that suspends it adds one. */
const MAX_ROWS = 100

/** What a transaction has led to so far. A login has at most one interaction that waits: each follows a used one. */
export const findLoginTrail = async (db: Db, tenantId: TenantId, transactionId: string): Promise<LoginTrail> => {
  const rows = await db
    .selectFrom('oidc_payloads')
    .select(['model', 'payload', 'consumed_at', 'account_id'])
    .where('tenant_id', '=', tenantId)
    .where('grant_id', '=', transactionId)
    .where('model', 'in', [INTERACTION_MODEL, GRANT_MODEL])
    .where(sql<boolean>`expires_at > now()`)
    .orderBy(sql`consumed_at desc nulls first`)
    .limit(MAX_ROWS)
    .execute()
  const interactions = rows.filter(({ model }) => model === INTERACTION_MODEL)
  return {
    waiting: interactions.find(row => row.consumed_at === null)?.payload,
    acceptedUserId: rows.find(({ model }) => model === GRANT_MODEL)?.account_id ?? undefined,
    usedAt: interactions.find(row => row.consumed_at !== null)?.consumed_at ?? undefined,
  }
}
