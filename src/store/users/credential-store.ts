/** WebAuthn credentials: passkeys, security keys and platform authenticators. */

import { sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import type { CredentialSummary, NewMethod } from './authentication-method-store.ts'

export type CredentialType = Exclude<Database['authentication_methods']['type'], 'totp' | 'recovery-code'>

/** What a verification needs of a credential. */
export interface StoredCredential {
  readonly methodId: string
  readonly userId: string
  readonly type: CredentialType
  readonly name: string
  readonly credential: CredentialSummary
  /** COSE key (RFC 9052 section 7). */
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly signCount: number
  /** By which its authenticator knows the user (base64url); undefined = as `userHandleOf` says. */
  readonly userHandle: string | undefined
}

export interface NewCredential extends NewMethod {
  readonly type: CredentialType
  readonly credential: CredentialSummary
  readonly publicKey: Uint8Array
  readonly signCount: number
  /** Of a passkey that was made elsewhere. */
  readonly userHandle?: string | undefined
  /** Of the browser that it was made in. */
  readonly userAgent?: string | undefined
}

/** Most credentials of one type that a user can have. */
export const MAX_CREDENTIALS = 20

/** `exists`: the tenant knows the credential, of whichever user. `limit`: the user has 20 of the type. */
export type InsertCredentialOutcome = 'created' | 'exists' | 'limit'

/** Takes the lowest free slot; false when there is none, when another insert took it, or when the credential is known. */
const tryInsert = async (db: Db, tenantId: TenantId, added: NewCredential): Promise<boolean> => {
  const { credential } = added
  const { rows } = await sql`
    insert into authentication_methods (
      tenant_id, user_id, method_id, type, slot, name, created_at, credential_id, public_key, sign_count,
      transports, aaguid, backup_eligible, backed_up, user_handle, user_agent
    )
    select
      ${tenantId}, ${added.userId}, ${added.id}, ${added.type}, free.slot, ${added.name}, ${added.createdAt},
      ${credential.id}, ${Buffer.from(added.publicKey)}, ${added.signCount},
      ${[...credential.transports]}, ${credential.aaguid}, ${credential.backupEligible}, ${credential.backedUp},
      ${added.userHandle ?? null}, ${added.userAgent ?? null}
    from (
      select min(s) as slot from generate_series(0, ${MAX_CREDENTIALS - 1}::int) s
      where not exists (
        select from authentication_methods m
        where m.tenant_id = ${tenantId} and m.user_id = ${added.userId} and m.type = ${added.type} and m.slot = s
      )
    ) free
    where free.slot is not null
    on conflict do nothing
    returning method_id`.execute(db)
  return rows.length === 1
}

const countCredentials = async (db: Db, tenantId: TenantId, { userId, type }: NewCredential): Promise<number> => {
  const { count } = await db
    .selectFrom('authentication_methods')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('type', '=', type)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Gives a user a credential. Inserts that race for a slot all find one, as long as there are any. */
export const insertCredential = async (
  db: Db,
  tenantId: TenantId,
  added: NewCredential,
): Promise<InsertCredentialOutcome> => {
  while (!(await tryInsert(db, tenantId, added))) {
    if (await findCredential(db, tenantId, added.credential.id)) return 'exists'
    if ((await countCredentials(db, tenantId, added)) >= MAX_CREDENTIALS) return 'limit'
  }
  return 'created'
}

/** The credential with this id, of any user. */
export const findCredential = async (
  db: Db,
  tenantId: TenantId,
  credentialId: string,
): Promise<StoredCredential | undefined> => {
  const row = await db
    .selectFrom('authentication_methods')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('credential_id', '=', credentialId)
    .executeTakeFirst()
  if (!row || row.type === 'totp' || row.type === 'recovery-code') return undefined
  return {
    methodId: row.method_id,
    userId: row.user_id,
    type: row.type,
    name: row.name,
    credential: {
      id: credentialId,
      transports: row.transports ?? [],
      aaguid: row.aaguid ?? '',
      backupEligible: row.backup_eligible ?? false,
      backedUp: row.backed_up ?? false,
    },
    publicKey: new Uint8Array(row.public_key ?? []),
    signCount: Number(row.sign_count),
    userHandle: row.user_handle ?? undefined,
  }
}

/**
 * Notes that a user's credential was used; false when the counter has not grown, which a copy of the authenticator would
 * explain (WebAuthn Level 3 section 7.2 step 22). Authenticators without a counter always say 0. Of concurrent callers
 * with one counter one gets true.
 */
export const useCredential = async (
  db: Db,
  tenantId: TenantId,
  { userId, methodId }: Pick<StoredCredential, 'userId' | 'methodId'>,
  used: { readonly signCount: number; readonly backedUp: boolean; readonly at: Date },
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('authentication_methods')
    .set({ sign_count: String(used.signCount), backed_up: used.backedUp, last_auth_at: used.at })
    .where('tenant_id', '=', tenantId)
    .where('method_id', '=', methodId)
    .where('user_id', '=', userId)
    .where('sign_count', used.signCount === 0 ? '=' : '<', String(used.signCount))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
