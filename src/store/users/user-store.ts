/** Users of a tenant: found by id or by the email address of a connection. */

import { type Selectable, sql } from 'kysely'
import type { Json, JsonObject } from '../../base/json.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { owedSeconds } from '../logins/failure-allowance-store.ts'
import type { LoginFailures } from '../logins/login-failure-store.ts'
import { GRANT_MODEL, hashPayloadId } from '../logins/oidc-payload-store.ts'

type UserRow = Selectable<Database['users']>

export interface UserRecord {
  readonly userId: string
  readonly connectionId: string
  readonly email: string
  readonly emailVerified: boolean
  readonly name: string
  readonly nickname: string
  readonly picture: string | undefined
  readonly givenName: string | undefined
  readonly familyName: string | undefined
  readonly username: string | undefined
  readonly phoneNumber: string | undefined
  readonly phoneVerified: boolean | undefined
  readonly isAdministrator: boolean
  readonly blocked: boolean
  readonly userMetadata: Readonly<Record<string, unknown>>
  readonly appMetadata: Readonly<Record<string, unknown>>
  readonly lastPasswordReset: Date | undefined
  readonly lastIp: string | undefined
  readonly lastLogin: Date | undefined
  readonly loginsCount: number
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Another value means that everything which the user had open was ended. */
  readonly generation: string
}

/** Every column but the password's hash, which leaves the store only where a password is checked. */
export const USER_COLUMNS = [
  'user_id',
  'connection_id',
  'email',
  'email_verified',
  'name',
  'nickname',
  'picture',
  'given_name',
  'family_name',
  'username',
  'phone_number',
  'phone_verified',
  'is_administrator',
  'blocked',
  'user_metadata',
  'app_metadata',
  'last_password_reset',
  'last_ip',
  'last_login',
  'logins_count',
  'created_at',
  'updated_at',
  'generation',
] as const

export const toUserRecord = (row: Pick<UserRow, (typeof USER_COLUMNS)[number]>): UserRecord => ({
  userId: row.user_id,
  connectionId: row.connection_id,
  email: row.email,
  emailVerified: row.email_verified,
  name: row.name,
  nickname: row.nickname,
  picture: row.picture ?? undefined,
  givenName: row.given_name ?? undefined,
  familyName: row.family_name ?? undefined,
  username: row.username ?? undefined,
  phoneNumber: row.phone_number ?? undefined,
  phoneVerified: row.phone_verified ?? undefined,
  isAdministrator: row.is_administrator,
  blocked: row.blocked,
  userMetadata: row.user_metadata,
  appMetadata: row.app_metadata,
  lastPasswordReset: row.last_password_reset ?? undefined,
  lastIp: row.last_ip ?? undefined,
  lastLogin: row.last_login ?? undefined,
  loginsCount: row.logins_count,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  generation: row.generation,
})

const userRow = (db: Db, tenantId: TenantId, userId: string) =>
  db.selectFrom('users').select(USER_COLUMNS).where('tenant_id', '=', tenantId).where('user_id', '=', userId)

export const findUser = async (db: Db, tenantId: TenantId, userId: string): Promise<UserRecord | undefined> => {
  const row = await userRow(db, tenantId, userId).executeTakeFirst()
  return row && toUserRecord(row)
}

/** The user of a grant; undefined also when the grant has ended. */
export const findUserOfGrant = async (
  db: Db,
  tenantId: TenantId,
  userId: string,
  grantId: string,
): Promise<UserRecord | undefined> => {
  const row = await userRow(db, tenantId, userId)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('oidc_payloads')
          .select('model')
          .where('tenant_id', '=', tenantId)
          .where('model', '=', GRANT_MODEL)
          .where('id_hash', '=', hashPayloadId(grantId))
          .where('account_id', '=', userId),
      ),
    )
    .executeTakeFirst()
  return row && toUserRecord(row)
}

/** The address and the password's hash of a user, of any connection. */
export const findUserCredentials = async (
  db: Db,
  tenantId: TenantId,
  userId: string,
): Promise<{ readonly email: string; readonly passwordHash: string | undefined } | undefined> => {
  const row = await db
    .selectFrom('users')
    .select(['email', 'password_hash'])
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row && { email: row.email, passwordHash: row.password_hash ?? undefined }
}

/** A user and the hash that a password is checked against. */
export interface UserWithPassword {
  readonly user: UserRecord
  readonly passwordHash: string | undefined
}

/** What a sign-in has to know before the password is checked. */
export interface SignInFacts {
  /** Undefined when no user has the address. */
  readonly found: UserWithPassword | undefined
  /** Undefined when the account and the address of the sender have no recent failure. */
  readonly failures: LoginFailures | undefined
  /** Seconds that the sender owes for failures with all accounts (`failure-allowance-store.ts`). */
  readonly owed: number
}

/**
 * The user of an address and the failures of the pair, in one read that finds either, both or nothing.
 *
 * @param email lower case, as `normalizeEmail` gives it
 * @param failureHash names the account and the sender in `login_failures`
 * @param senderHash names the sender there
 */
export const findSignInFacts = async (
  db: Db,
  tenantId: TenantId,
  key: {
    readonly connectionId: string
    readonly email: string
    readonly failureHash: string
    readonly senderHash: string
  },
): Promise<SignInFacts> => {
  const row = await db
    .selectFrom(sql<{ one: number }>`(select 1 as one)`.as('nothing'))
    .leftJoin('users as u', join =>
      join
        .on('u.tenant_id', '=', tenantId)
        .on('u.connection_id', '=', key.connectionId)
        .on(sql<string>`lower(u.email)`, '=', key.email),
    )
    .leftJoin('login_failures as f', join =>
      join
        .on('f.tenant_id', '=', tenantId)
        .on('f.key_hash', '=', key.failureHash)
        .on('f.expires_at', '>', sql<Date>`now()`),
    )
    .leftJoin('login_failures as n', join =>
      join.on('n.tenant_id', '=', tenantId).on('n.key_hash', '=', key.senderHash),
    )
    .selectAll('u')
    .select(['f.failures', 'f.blocked_until', owedSeconds('n').as('owed')])
    .executeTakeFirstOrThrow()
  const { failures, blocked_until: blockedUntil, password_hash: passwordHash, user_id: userId } = row
  return {
    found:
      userId === null
        ? undefined
        : // The primary key is null exactly when the join found no user; every other column is as the table has it.
          { user: toUserRecord(row as UserRow), passwordHash: passwordHash ?? undefined },
    failures: failures === null ? undefined : { failures, blockedUntil: blockedUntil ?? undefined },
    owed: row.owed,
  }
}

export interface NewUser {
  readonly userId: string
  readonly connectionId: string
  readonly email: string
  readonly name: string
  readonly nickname: string
  readonly passwordHash: string
  readonly isAdministrator: boolean
  /** Default empty. */
  readonly userMetadata?: JsonObject
  readonly appMetadata?: JsonObject
}

/**
 * Creates a user. The unique index on the address decides, so that of concurrent sign-ups one wins.
 *
 * @returns undefined when the connection has a user with this address
 */
export const insertUser = async (db: Db, tenantId: TenantId, user: NewUser): Promise<UserRecord | undefined> => {
  const row = await db
    .insertInto('users')
    .values({
      tenant_id: tenantId,
      user_id: user.userId,
      connection_id: user.connectionId,
      email: user.email,
      name: user.name,
      nickname: user.nickname,
      password_hash: user.passwordHash,
      is_administrator: user.isAdministrator,
      user_metadata: JSON.stringify(user.userMetadata ?? {}),
      app_metadata: JSON.stringify(user.appMetadata ?? {}),
    })
    .onConflict(conflict => conflict.expression(sql`tenant_id, connection_id, lower(email)`).doNothing())
    .returning(USER_COLUMNS)
    .executeTakeFirst()
  return row && toUserRecord(row)
}

/** Properties by name; null removes one. */
export type MetadataChanges = ReadonlyMap<string, Json>

const merge = (column: 'user_metadata' | 'app_metadata', changes: MetadataChanges) => {
  const set = Object.fromEntries([...changes].filter(([, value]) => value !== null))
  const removed = [...changes.keys()].filter(name => changes.get(name) === null)
  return sql<string>`(${sql.ref(column)} || ${JSON.stringify(set)}::jsonb) - ${removed}::text[]`
}

/** Changes a user's metadata, property by property: changes that other logins make at the same time stay. */
export const changeUserMetadata = async (
  db: Db,
  tenantId: TenantId,
  userId: string,
  changes: { readonly user: MetadataChanges; readonly app: MetadataChanges; readonly at: Date },
): Promise<void> => {
  await db
    .updateTable('users')
    .set({
      user_metadata: merge('user_metadata', changes.user),
      app_metadata: merge('app_metadata', changes.app),
      updated_at: changes.at,
    })
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .execute()
}

/** Replaces the hash of an unchanged password, unless the password was changed meanwhile. */
export const replacePasswordHash = async (
  db: Db,
  tenantId: TenantId,
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
