/**
 * Creates, changes and deletes users: every statement that writes `users`, but for the count of a login, which is written
 * with its session (`authorization-store.ts`).
 */

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
import { findUser, toUserRecord, USER_COLUMNS, type UserRecord } from './user-store.ts'

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

export interface NewUser {
  readonly userId: string
  readonly connectionId: string
  readonly email: string
  readonly name: string
  readonly nickname: string
  readonly passwordHash: string
  /** Default false. */
  readonly isAdministrator?: boolean
  readonly profile?: Omit<UserProfile, 'email' | 'name' | 'nickname'>
  /** Default empty. Their size is bounded by what a request or a run of Actions can carry. */
  readonly userMetadata?: JsonObject
  readonly appMetadata?: JsonObject
  /** Default: the database's now. */
  readonly at?: Date
}

/**
 * Creates a user. The unique indexes decide, so that of concurrent sign-ups with one address one wins.
 *
 * @returns undefined when the connection has a user with this address, or the tenant one with this id
 */
export const insertUser = async (
  { db, tenantId }: ConfigurationRead,
  user: NewUser,
): Promise<UserRecord | undefined> => {
  const row = await db
    .insertInto('users')
    .values({
      ...user.profile,
      tenant_id: tenantId,
      user_id: user.userId,
      connection_id: user.connectionId,
      email: user.email,
      name: user.name,
      nickname: user.nickname,
      password_hash: user.passwordHash,
      is_administrator: user.isAdministrator ?? false,
      user_metadata: JSON.stringify(user.userMetadata ?? {}),
      app_metadata: JSON.stringify(user.appMetadata ?? {}),
      ...(user.at && { created_at: user.at, updated_at: user.at }),
    })
    .onConflict(conflict => conflict.doNothing())
    .returning(USER_COLUMNS)
    .executeTakeFirst()
  return row && toUserRecord(row)
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
 * Creates a user of an id that a caller chose. What a deleted user of the same id has left open ends with it.
 *
 * @throws `user_exists`
 */
export const createUser = ({ db, tenantId }: ConfigurationRead, user: NewUser): Promise<UserRecord> =>
  db.transaction().execute(async transaction => {
    await endEverythingOf(transaction, tenantId, user.userId)
    const created = await insertUser({ db: transaction, tenantId }, user)
    if (!created) throw exists()
    return created
  })

export interface UserChange {
  readonly profile?: UserProfile
  /** Members replace those of the same name, null removes one; no member at all removes every one. */
  readonly userMetadata?: JsonObject | undefined
  readonly appMetadata?: JsonObject | undefined
  /** Of a new password, which ends everything that was opened with the old one. */
  readonly passwordHash?: string | undefined
  readonly at: Date
}

type MetadataColumn = 'user_metadata' | 'app_metadata'

const merged = (column: MetadataColumn, change: JsonObject) => {
  const members = Object.entries(change)
  if (members.length === 0) return sql<string>`'{}'::jsonb`
  const set = Object.fromEntries(members.filter(([, value]) => value !== null))
  const removed = members.filter(([, value]) => value === null).map(([member]) => member)
  return sql<string>`((${sql.ref(column)} || ${JSON.stringify(set)}::jsonb) - ${removed}::text[])`
}

/** Bytes of JSON of each kind of metadata, however many changes it took to write it. */
export const MAX_METADATA_BYTES = 1_048_576

/** A size is checked where it changes: metadata that is too large already may become smaller. */
const fits = (column: MetadataColumn, change: JsonObject) =>
  sql<boolean>`octet_length(${merged(column, change)}::text) <= greatest(
    ${MAX_METADATA_BYTES}::int, octet_length(${sql.ref(column)}::text))`

/** The changes of metadata that are asked for. */
const metadataChanges = ({ userMetadata, appMetadata }: UserChange): [MetadataColumn, JsonObject][] => [
  ...(userMetadata ? [['user_metadata', userMetadata] satisfies [MetadataColumn, JsonObject]] : []),
  ...(appMetadata ? [['app_metadata', appMetadata] satisfies [MetadataColumn, JsonObject]] : []),
]

const metadataTooLarge = () =>
  apiError('user_metadata_too_large', `A user's metadata has at most ${MAX_METADATA_BYTES} bytes of each kind.`)

const isAddressTaken = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === 'users_email'

/** A new password ends what the old one has opened; a user who is blocked has nothing open, also when the block ends. */
const endsEverything = ({ profile, passwordHash }: UserChange): boolean =>
  passwordHash !== undefined || profile?.blocked === true

/** The changed row; undefined when there is none, or when its metadata would grow too large. */
const updateUser = async (db: Db, tenantId: TenantId, userId: string, change: UserChange) => {
  const metadata = metadataChanges(change)
  const row = await db
    .updateTable('users')
    .set({
      ...change.profile,
      ...Object.fromEntries(metadata.map(([column, value]) => [column, merged(column, value)])),
      ...(change.passwordHash !== undefined && {
        password_hash: change.passwordHash,
        last_password_reset: change.at,
      }),
      ...(endsEverything(change) && { generation: sql<string>`gen_random_uuid()` }),
      updated_at: change.at,
    })
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where(({ and }) => and(metadata.map(([column, value]) => fits(column, value))))
    .returning(USER_COLUMNS)
    .executeTakeFirst()
  return row && toUserRecord(row)
}

/**
 * Changes a user in one statement: changes that other requests make at the same time stay.
 *
 * @returns undefined when there is no such user
 * @throws `user_exists` for an address that another user has, `user_metadata_too_large`
 */
export const changeUser = async (
  { db, tenantId }: ConfigurationRead,
  userId: string,
  change: UserChange,
): Promise<UserRecord | undefined> => {
  const run = async (step: Db): Promise<UserRecord | undefined> => {
    const user = await updateUser(step, tenantId, userId, change)
    if (user && endsEverything(change)) await endEverythingOf(step, tenantId, userId)
    return user
  }
  const changed = await (endsEverything(change) ? db.transaction().execute(run) : run(db)).catch(error => {
    throw isAddressTaken(error) ? exists(error) : error
  })
  if (changed || metadataChanges(change).length === 0) return changed
  if (await findUser(db, tenantId, userId)) throw metadataTooLarge()
  return undefined
}

/** Replaces the hash of an unchanged password, unless the password was changed meanwhile. */
export const replacePasswordHash = async (
  { db, tenantId }: ConfigurationRead,
  userId: string,
  hash: { readonly from: string; readonly to: string },
): Promise<void> => {
  await db
    .updateTable('users')
    .set({ password_hash: hash.to })
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('password_hash', '=', hash.from)
    .execute()
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
