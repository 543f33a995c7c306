/** A passkey that was created in the course of a login, and is the user's only when the login succeeds. */

import { sql } from 'kysely'
import { type InsertCredentialOutcome, insertCredential, type NewCredential } from './credential-store.ts'
import type { Db } from './database.ts'
import type { FactorRequestKey } from './factor-request-store.ts'

export interface PendingPasskey {
  readonly added: NewCredential
  /** Parameters that its page was opened with and that its events name. */
  readonly query: Readonly<Record<string, string>>
}

interface StoredPasskey extends Omit<NewCredential, 'createdAt' | 'publicKey'> {
  readonly createdAt: number
  /** base64url. */
  readonly publicKey: string
}

const toStored = ({ createdAt, publicKey, ...added }: NewCredential): StoredPasskey => ({
  ...added,
  createdAt: createdAt.getTime(),
  publicKey: Buffer.from(publicKey).toString('base64url'),
})

const toCredential = ({ createdAt, publicKey, ...added }: StoredPasskey): NewCredential => ({
  ...added,
  createdAt: new Date(createdAt),
  publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
})

/** Keeps a passkey with the login's request; one that was kept before is replaced. */
export const keepPendingPasskey = async (
  db: Db,
  { tenantId, transactionId }: FactorRequestKey,
  { added, query }: PendingPasskey,
): Promise<void> => {
  await db
    .updateTable('factor_requests')
    .set({ pending_passkey: JSON.stringify({ added: toStored(added), query }) })
    .where('tenant_id', '=', tenantId)
    .where('transaction_id', '=', transactionId)
    .where('user_id', '=', added.userId)
    .execute()
}

/**
 * Gives the user the passkey of a login that has succeeded, once: both happen or neither.
 *
 * @param owner the login's; what was created in another session is not activated
 * @returns undefined when there is none
 */
export const activatePendingPasskey = (
  db: Db,
  { tenantId, transactionId }: FactorRequestKey,
  owner: { readonly userId: string; readonly sessionId: string },
): Promise<(PendingPasskey & { readonly outcome: InsertCredentialOutcome }) | undefined> =>
  db.transaction().execute(async step => {
    const request = step
      .selectFrom('factor_requests')
      .select('pending_passkey')
      .where('tenant_id', '=', tenantId)
      .where('transaction_id', '=', transactionId)
      .where('user_id', '=', owner.userId)
      .where('session_id', '=', owner.sessionId)
      .where('expires_at', '>', sql<Date>`now()`)
      .forUpdate()
    const found = (await request.executeTakeFirst())?.pending_passkey
    if (!found) return undefined
    await step
      .updateTable('factor_requests')
      .set({ pending_passkey: null })
      .where('tenant_id', '=', tenantId)
      .where('transaction_id', '=', transactionId)
      .execute()
    const { added, query } = found as unknown as { added: StoredPasskey; query: PendingPasskey['query'] } // as `keepPendingPasskey` wrote it
    const credential = toCredential(added)
    return { added: credential, query, outcome: await insertCredential(step, tenantId, credential) }
  })
