/** What users can prove themselves with beside a password: reads, names, removals, and turns of those who change them. */

import type { Selectable } from 'kysely'
import { apiError } from '../../model/error-codes.ts'
import type { TenantId } from '../../model/ids.ts'
import type { ConfigurationRead } from '../database/configuration-write.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'
import { isStorable } from '../database/storable-text.ts'
import { inexistentUser, loadUser, type UserRecord } from './user-store.ts'

export type AuthenticationMethodType = Database['authentication_methods']['type']

/** A WebAuthn credential of a user, without what only a verification needs. */
export interface CredentialSummary {
  /** base64url, as the authenticator gave it. */
  readonly id: string
  readonly transports: readonly string[]
  readonly aaguid: string
  /** The authenticator may copy it to other devices. */
  readonly backupEligible: boolean
  readonly backedUp: boolean
}

/** A credential with everything of it that is no secret. */
export interface MethodCredential extends CredentialSummary {
  /** COSE key (RFC 9052 section 7). */
  readonly publicKey: Uint8Array
  /** Of a passkey that was made elsewhere (base64url). */
  readonly userHandle: string | undefined
  readonly userAgent: string | undefined
}

/** One method of a user. Only methods that were confirmed by a first use are stored. */
export interface AuthenticationMethod {
  readonly id: string
  readonly type: AuthenticationMethodType
  /** For the user, to tell one method from another. */
  readonly name: string
  readonly createdAt: Date
  readonly lastAuthAt: Date | undefined
  /** Of the WebAuthn types only. */
  readonly credential: MethodCredential | undefined
}

/** Names the method that a user adds. */
export interface NewMethod {
  readonly id: string
  readonly userId: string
  readonly name: string
  readonly createdAt: Date
}

const COLUMNS = [
  'method_id',
  'type',
  'name',
  'created_at',
  'last_auth_at',
  'credential_id',
  'public_key',
  'transports',
  'aaguid',
  'backup_eligible',
  'backed_up',
  'user_handle',
  'user_agent',
] as const

type Row = Pick<Selectable<Database['authentication_methods']>, (typeof COLUMNS)[number]>

const toCredential = (id: string, row: Row): MethodCredential => ({
  id,
  publicKey: row.public_key ?? Buffer.alloc(0),
  transports: row.transports ?? [],
  aaguid: row.aaguid ?? '',
  backupEligible: row.backup_eligible ?? false,
  backedUp: row.backed_up ?? false,
  userHandle: row.user_handle ?? undefined,
  userAgent: row.user_agent ?? undefined,
})

const toMethod = (row: Row): AuthenticationMethod => ({
  id: row.method_id,
  type: row.type,
  name: row.name,
  createdAt: row.created_at,
  lastAuthAt: row.last_auth_at ?? undefined,
  credential: row.credential_id === null ? undefined : toCredential(row.credential_id, row),
})

/** A user's methods. Both ids are looked at in every statement: a method of another user is not there. */
interface UserKey {
  readonly tenantId: TenantId
  readonly userId: string
}

const inexistentMethod = (methodId: string) =>
  apiError(
    'inexistent_authentication_method',
    `The user has no authentication method ${JSON.stringify(methodId.slice(0, 64))}.`,
  )

const methodsOf = (db: Db, { tenantId, userId }: UserKey) =>
  db
    .selectFrom('authentication_methods')
    .select(COLUMNS)
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)

/** Every method of a user, in the order of their types; at most 62, which the database guarantees. */
export const listAuthenticationMethods = async (
  db: Db,
  tenantId: TenantId,
  userId: string,
): Promise<readonly AuthenticationMethod[]> => {
  const rows = await methodsOf(db, { tenantId, userId }).orderBy('type').orderBy('slot').execute()
  return rows.map(toMethod)
}

/** @throws `inexistent_authentication_method` */
export const loadAuthenticationMethod = async (
  db: Db,
  user: UserKey,
  methodId: string,
): Promise<AuthenticationMethod> => {
  const row = isStorable(methodId)
    ? await methodsOf(db, user).where('method_id', '=', methodId).executeTakeFirst()
    : undefined
  if (!row) throw inexistentMethod(methodId)
  return toMethod(row)
}

/** @throws `inexistent_authentication_method` */
export const renameAuthenticationMethod = async (
  db: Db,
  { tenantId, userId }: UserKey,
  methodId: string,
  name: string,
): Promise<AuthenticationMethod> => {
  const row = await db
    .updateTable('authentication_methods')
    .set({ name })
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('method_id', '=', methodId)
    .returning(COLUMNS)
    .executeTakeFirst()
  if (!row) throw inexistentMethod(methodId)
  return toMethod(row)
}

const removal = (db: Db, { tenantId, userId }: UserKey) =>
  db
    .deleteFrom('authentication_methods')
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .returning(COLUMNS)

/**
 * Takes a method from a user. Of concurrent callers one gets it.
 *
 * @throws `inexistent_authentication_method`
 */
export const removeAuthenticationMethod = async (
  db: Db,
  user: UserKey,
  methodId: string,
): Promise<AuthenticationMethod> => {
  const row = isStorable(methodId)
    ? await removal(db, user).where('method_id', '=', methodId).executeTakeFirst()
    : undefined
  if (!row) throw inexistentMethod(methodId)
  return toMethod(row)
}

/** Takes every method from a user. Of concurrent callers one gets each. */
export const removeAuthenticationMethods = async (db: Db, user: UserKey): Promise<readonly AuthenticationMethod[]> =>
  (await removal(db, user).execute()).map(toMethod)

/**
 * One transaction on a user's methods: administrators take turns, and the user stays until it is over. Logins do not
 * wait; what they add meanwhile meets the constraints of the table.
 *
 * @throws `inexistent_user`
 */
export const changeAuthenticationMethods = async <T>(
  { db, tenantId }: ConfigurationRead,
  userId: string,
  work: (transaction: Db, user: UserRecord) => Promise<T>,
): Promise<T> => {
  if (!isStorable(userId)) throw inexistentUser(userId)
  return db.transaction().execute(async transaction => {
    await transaction
      .selectFrom('users')
      .select('user_id')
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .forNoKeyUpdate()
      .execute()
    return work(transaction, await loadUser({ db: transaction, tenantId }, userId))
  })
}
