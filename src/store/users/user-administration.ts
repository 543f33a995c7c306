/** Users as administrators create, change and delete them. */

import { sql, type Updateable } from 'kysely'
import type { JsonObject } from '../../base/json.ts'
import { apiError } from '../../model/error-codes.ts'
import type { TenantId } from '../../model/ids.ts'
import type { ConfigurationRead } from '../database/configuration-write.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { isStorable } from '../database/storable-text.ts'
import { SESSION_MODEL } from '../logins/authorization-store.ts'
import { GRANT_MODEL } from '../logins/oidc-payload-store.ts'
import { toUserRecord, USER_COLUMNS, type UserRecord } from './user-store.ts'

/** The columns that administrators write, by their names in the table; null empties one. */
export type UserProfile = Readonly<
  Pick<
    Updateable<Database['users']>,
    | 'email'
    | 'email_verified'
    | 'name'
    | 'nickname'
    | 'picture'
    | 'given_name'
    | 'family_name'
    | 'phone_number'
    | 'phone_verified'
    | 'blocked'
  >
>

export interface CreatedUser {
  readonly userId: string
  readonly connectionId: string
  readonly passwordHash: string
  readonly profile: UserProfile & { readonly email: string; readonly name: string; readonly nickname: string }
  readonly userMetadata: JsonObject
  readonly appMetadata: JsonObject
  readonly at: Date
}

const exists = (cause?: unknown) =>
  apiError('user_exists', 'The connection has a user with this email address, or the tenant one with this id.', {
    cause,
  })

/**
 * Ends everything that a user has open: sessions, grants, codes, tokens, waits for a second factor. The transaction holds
 * the user's row, so no login writes meanwhile (`authorization-store.ts`), and no later one goes on that began before:
 * the row has another generation, or is gone. Grants go before what belongs to them, as in `endGrants`.
 */
const endEverythingOf = async (db: Db, tenantId: TenantId, userId: string): Promise<void> => {
  const open = db.deleteFrom('oidc_payloads').where('tenant_id', '=', tenantId).where('account_id', '=', userId)
  await open.where('model', 'in', [SESSION_MODEL, GRANT_MODEL]).execute()
  await open.execute()
  await db.deleteFrom('factor_requests').where('tenant_id', '=', tenantId).where('user_id', '=', userId).execute()
}

/**
 * Creates a user. What a deleted user of the same id has left open ends with it.
 *
 * @throws `user_exists`
 */
export const createUser = ({ db, tenantId }: ConfigurationRead, user: CreatedUser): Promise<UserRecord> =>
  db.transaction().execute(async transaction => {
    await endEverythingOf(transaction, tenantId, user.userId)
    const row = await transaction
      .insertInto('users')
      .values({
        ...user.profile,
        tenant_id: tenantId,
        user_id: user.userId,
        connection_id: user.connectionId,
        password_hash: user.passwordHash,
        user_metadata: JSON.stringify(user.userMetadata),
        app_metadata: JSON.stringify(user.appMetadata),
        created_at: user.at,
        updated_at: user.at,
      })
      .onConflict(conflict => conflict.doNothing())
      .returning(USER_COLUMNS)
      .executeTakeFirst()
    if (!row) throw exists()
    return toUserRecord(row)
  })

export interface UserChange {
  readonly profile: UserProfile
  /** Members replace those of the same name, null removes one; no member at all removes every one. */
  readonly userMetadata?: JsonObject | undefined
  readonly appMetadata?: JsonObject | undefined
  /** Of a new password, which ends everything that was opened with the old one. */
  readonly passwordHash?: string | undefined
  readonly at: Date
}

const merged = (column: 'user_metadata' | 'app_metadata', change: JsonObject) => {
  const members = Object.entries(change)
  if (members.length === 0) return '{}'
  const set = Object.fromEntries(members.filter(([, value]) => value !== null))
  const removed = members.filter(([, value]) => value === null).map(([member]) => member)
  return sql<string>`(${sql.ref(column)} || ${JSON.stringify(set)}::jsonb) - ${removed}::text[]`
}

/** Bytes of JSON of each kind of metadata, however many changes it took to write it. */
export const MAX_METADATA_BYTES = 1_048_576

const size = (column: 'user_metadata' | 'app_metadata') => sql<number>`octet_length(${sql.ref(column)}::text)`

const requireBoundedMetadata = (bytes: number): void => {
  if (bytes <= MAX_METADATA_BYTES) return
  throw apiError('user_metadata_too_large', `A user's metadata has at most ${MAX_METADATA_BYTES} bytes of each kind.`)
}

const isAddressTaken = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === 'users_email'

/** A new password ends what the old one has opened; a user who is blocked has nothing open, also when the block ends. */
const endsEverything = ({ profile, passwordHash }: UserChange): boolean =>
  passwordHash !== undefined || profile.blocked === true

/**
 * Changes a user in one statement: changes that logins make at the same time stay.
 *
 * @returns undefined when there is no such user
 * @throws `user_exists` for an address that another user has, `user_metadata_too_large`
 */
export const changeUser = async (
  { db, tenantId }: ConfigurationRead,
  userId: string,
  userChange: UserChange,
): Promise<UserRecord | undefined> => {
  const { profile, userMetadata, appMetadata, passwordHash, at } = userChange
  const endsOpen = endsEverything(userChange)
  const change = db.transaction().execute(async transaction => {
    const row = await transaction
      .updateTable('users')
      .set({
        ...profile,
        ...(userMetadata && { user_metadata: merged('user_metadata', userMetadata) }),
        ...(appMetadata && { app_metadata: merged('app_metadata', appMetadata) }),
        ...(passwordHash !== undefined && { password_hash: passwordHash, last_password_reset: at }),
        ...(endsOpen && { generation: sql<string>`gen_random_uuid()` }),
        updated_at: at,
      })
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .returning(USER_COLUMNS)
      .returning([size('user_metadata').as('user_bytes'), size('app_metadata').as('app_bytes')])
      .executeTakeFirst()
    if (!row) return undefined
    requireBoundedMetadata(Math.max(row.user_bytes, row.app_bytes))
    if (endsOpen) await endEverythingOf(transaction, tenantId, userId)
    return toUserRecord(row)
  })
  return change.catch(error => {
    throw isAddressTaken(error) ? exists(error) : error
  })
}

/** Deletes a user with everything that is theirs but their events in the log; false when there was none. */
export const deleteUser = async ({ db, tenantId }: ConfigurationRead, userId: string): Promise<boolean> => {
  if (!isStorable(userId)) return false
  return db.transaction().execute(async transaction => {
    // Methods, failures, factor requests and what was proved in sessions go with the row.
    const { numDeletedRows } = await transaction
      .deleteFrom('users')
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .executeTakeFirst()
    await endEverythingOf(transaction, tenantId, userId)
    return numDeletedRows === 1n
  })
}
