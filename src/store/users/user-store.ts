/** Users of a tenant: found by id or by the email address of a connection. */

import type { Selectable } from 'kysely'
import { apiError } from '../../model/error-codes.ts'
import type { TenantId } from '../../model/ids.ts'
import type { ConfigurationRead } from '../database/configuration-write.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { isStorable } from '../database/storable-text.ts'
import { GRANT_MODEL, hashPayloadId } from '../logins/oidc-payload-store.ts'

export type UserRow = Selectable<Database['users']>

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

/** The user of an id as a caller has written it, which may be no id at all. */
export const findUserById = async (
  { db, tenantId }: ConfigurationRead,
  userId: string,
): Promise<UserRecord | undefined> => (isStorable(userId) ? findUser(db, tenantId, userId) : undefined)

export const inexistentUser = (userId: string) =>
  apiError('inexistent_user', `There is no user ${JSON.stringify(userId.slice(0, 64))}.`)

/** @throws `inexistent_user` */
export const loadUser = async (read: ConfigurationRead, userId: string): Promise<UserRecord> => {
  const user = await findUserById(read, userId)
  if (!user) throw inexistentUser(userId)
  return user
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
