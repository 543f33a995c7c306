/** A passkey that was created in the course of a login, and is the user's only when the login succeeds. */

import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import {
  type FactorRequestKey,
  type FactorRequestRef,
  isInSession,
  isOwn,
  isWaiting,
} from '../logins/factor-request-store.ts'
import { keepUser } from '../logins/keep-user.ts'
import { type InsertCredentialOutcome, insertCredential, type NewCredential } from './credential-store.ts'

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

/** Keeps a passkey with the login's request; one that was kept before is replaced. False when the request has ended. */
export const keepPendingPasskey = async (
  db: Db,
  request: FactorRequestRef,
  { added, query }: PendingPasskey,
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('factor_requests')
    .set({ pending_passkey: JSON.stringify({ added: toStored(added), query }) })
    .where(isWaiting(request))
    .where('user_id', '=', added.userId)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Takes the passkey out of the row, and out of every other hand: the row is locked until the transaction ends. */
const takePasskey = async (step: Db, key: FactorRequestKey): Promise<PendingPasskey | undefined> => {
  const { rows } = await sql<{ pending_passkey: unknown }>`
    with kept as (
      select pending_passkey from factor_requests
      where ${isOwn(key)} and ${isInSession(key)} and pending_passkey is not null
      for update
    )
    update factor_requests set pending_passkey = null from kept where ${isOwn(key)}
    returning kept.pending_passkey`.execute(step)
  const found = rows[0]?.pending_passkey
  if (!found) return undefined
  const { added, query } = found as { added: StoredPasskey; query: PendingPasskey['query'] } // as `keepPendingPasskey` wrote it
  return { added: toCredential(added), query }
}

/**
 * Gives the user the passkey of a login that has succeeded, once: both happen or neither.
 *
 * @returns undefined when there is none, or when the login's session has ended meanwhile
 */
export const activatePendingPasskey = (
  db: Db,
  key: FactorRequestKey,
): Promise<(PendingPasskey & { readonly outcome: InsertCredentialOutcome }) | undefined> =>
  db.transaction().execute(async step => {
    const passkey = (await keepUser(step, key)) ? await takePasskey(step, key) : undefined
    if (!passkey) return undefined
    return { ...passkey, outcome: await insertCredential(step, key.tenantId, passkey.added) }
  })
