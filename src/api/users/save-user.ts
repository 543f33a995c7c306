/** Creates, changes and deletes users: the checks that need the connection, the rules of passwords or the stored user. */

import type { JsonObject } from '../../base/json.ts'
import { randomHex } from '../../base/random.ts'
import { QueueFull } from '../../base/turns.ts'
import { isEmail, normalizeEmail } from '../../model/email-address.ts'
import { apiError } from '../../model/error-codes.ts'
import { passwordDictionaryOf } from '../../model/password-dictionary.ts'
import { type PasswordProblem, passwordProblem } from '../../model/password-rules.ts'
import { isStorable } from '../../store/database/storable-text.ts'
import { loadConnection } from '../../store/tenants/connection-administration.ts'
import { type ConnectionRecord, findConnection } from '../../store/tenants/connection-store.ts'
import { findUserById, loadUser, type UserRecord } from '../../store/users/user-store.ts'
import { changeUser, createUser, deleteUser, type UserProfile } from '../../store/users/user-writes.ts'
import { requireScope } from '../http/authenticate.ts'
import { requireNoLessThan } from './administrators.ts'
import type { UserChange, UserCreation } from './user-body.ts'
import type { UserContext } from './user-ports.ts'

const USER_ID_DIGITS = 24

/** The strategy whose users have their passwords here. */
const DATABASE_STRATEGY = 'auth0'

/** @throws `user_connection_invalid` */
const databaseConnection = async (api: UserContext, name: string) => {
  const connection = isStorable(name) ? await findConnection(api.db, api.tenant.tenantId, name) : undefined
  if (connection?.strategy === DATABASE_STRATEGY) return connection
  throw apiError('user_connection_invalid', `There is no database connection ${JSON.stringify(name.slice(0, 64))}.`)
}

/** @throws `user_email_invalid` */
const readEmail = (given: string): string => {
  const email = normalizeEmail(given)
  if (isEmail(email)) return email
  throw apiError('user_email_invalid', 'email: is no email address.')
}

/** What clients of the wire look for at the beginning of the message. */
const WIRE_PROBLEMS = {
  weak: 'PasswordStrengthError: Password is too weak',
  common: 'PasswordDictionaryError: Password is too common',
  personal: 'PasswordNoUserInfoError: Password contains user information',
} as const satisfies Record<PasswordProblem['kind'], string>

/** @throws `user_password_invalid`, `too_many_requests` */
const hashPassword = async (
  { users, tenant, setHeader }: UserContext,
  password: string,
  { email, connection }: { readonly email: string; readonly connection: ConnectionRecord },
): Promise<string> => {
  const problem = passwordProblem(password, {
    email,
    serviceNames: [tenant.tenantId, tenant.name],
    dictionary: passwordDictionaryOf(connection.options),
  })
  if (problem) throw apiError('user_password_invalid', `${WIRE_PROBLEMS[problem.kind]}. ${problem.message}`)
  try {
    return await users.hashPassword(password)
  } catch (cause) {
    if (!(cause instanceof QueueFull)) throw cause
    setHeader('Retry-After', '1')
    throw apiError('too_many_requests', 'Too many passwords wait to be hashed; retry in a second.', { cause })
  }
}

/** The names of a user who was given none: those of the address. */
const namesOf = (email: string) => ({ name: email, nickname: email.split('@', 1)[0] ?? email })

const given = <Value extends object>(value: Value): Partial<Value> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Partial<Value> // members of it

/** The columns that creations and changes have in common. */
const profileOf = (body: UserCreation | UserChange): UserProfile =>
  given({
    email_verified: body.email_verified,
    blocked: body.blocked,
    given_name: body.given_name,
    family_name: body.family_name,
    picture: body.picture,
    phone_number: body.phone_number,
    phone_verified: body.phone_verified,
  })

type Metadata = UserCreation['user_metadata']

const toMetadata = (given: Metadata): JsonObject | undefined => given as JsonObject | undefined // parsed from JSON

/** There is nothing to remove from a new user. */
const withoutNulls = (metadata: Metadata): JsonObject =>
  Object.fromEntries(Object.entries(toMetadata(metadata) ?? {}).filter(([, value]) => value !== null))

/**
 * Creates a user of a database connection.
 *
 * @throws `user_connection_invalid`, `user_email_invalid`, `user_password_invalid`, `user_exists`, `too_many_requests`
 */
export const addUser = async (api: UserContext, body: UserCreation): Promise<UserRecord> => {
  const connection = await databaseConnection(api, body.connection)
  const email = readEmail(body.email)
  const passwordHash = await hashPassword(api, body.password, { email, connection })
  const ofAddress = namesOf(email)
  return createUser(api.read, {
    userId: `auth0|${body.user_id ?? randomHex(USER_ID_DIGITS, api.users.random)}`,
    connectionId: connection.id,
    passwordHash,
    email,
    name: body.name ?? ofAddress.name,
    nickname: body.nickname ?? ofAddress.nickname,
    profile: profileOf(body),
    userMetadata: withoutNulls(body.user_metadata),
    appMetadata: withoutNulls(body.app_metadata),
    at: new Date(api.clock()),
  })
}

/** @throws `user_connection_invalid` */
const requireOwnConnection = (own: ConnectionRecord, name: string | undefined): void => {
  if (name === undefined || name === own.name) return
  throw apiError('user_connection_invalid', `connection: the user belongs to ${own.name}.`)
}

/** A name that is taken away is the address's again; a new address is not verified yet. */
const changedProfile = (user: UserRecord, email: string, { name, nickname, ...body }: UserChange): UserProfile => {
  const ofAddress = namesOf(email)
  return {
    ...(email !== user.email && { email, email_verified: false }),
    ...profileOf(body),
    ...(name !== undefined && { name: name ?? ofAddress.name }),
    ...(nickname !== undefined && { nickname: nickname ?? ofAddress.nickname }),
  }
}

/** What decides whether a person can log in. */
const LOGIN_KEYS = ['email', 'email_verified', 'password', 'blocked', 'phone_number', 'phone_verified'] as const

const requirePowerFor = async (api: UserContext, user: UserRecord, body: UserChange): Promise<void> => {
  if (Object.keys(body).some(key => key !== 'app_metadata')) requireScope(api.caller, ['update:users'])
  if (LOGIN_KEYS.some(key => body[key] !== undefined)) await requireNoLessThan(api, user)
}

/**
 * Changes a user; a change of nothing writes nothing. A new password ends the user's sessions, codes and refresh tokens.
 *
 * @throws `inexistent_user`, `insufficient_scope`, `user_connection_invalid`, `user_email_invalid`,
 * `user_password_invalid`, `user_exists`, `user_metadata_too_large`, `too_many_requests`
 */
export const editUser = async (api: UserContext, id: string, body: UserChange): Promise<UserRecord> => {
  const user = await loadUser(api.read, id)
  if (Object.keys(body).length === 0) return user
  await requirePowerFor(api, user, body)
  const connection = await loadConnection(api.read, user.connectionId)
  requireOwnConnection(connection, body.connection)
  const email = body.email === undefined ? user.email : readEmail(body.email)
  const changed = await changeUser(api.read, user.userId, {
    profile: changedProfile(user, email, body),
    userMetadata: toMetadata(body.user_metadata),
    appMetadata: toMetadata(body.app_metadata),
    passwordHash:
      body.password === undefined ? undefined : await hashPassword(api, body.password, { email, connection }),
    at: new Date(api.clock()),
  })
  // Deleted in between.
  return changed ?? loadUser(api.read, id)
}

/** Deletes a user with everything that is theirs; one that does not exist is gone already. @throws `insufficient_scope` */
export const removeUser = async (api: UserContext, id: string): Promise<void> => {
  const user = await findUserById(api.read, id)
  if (!user) return
  await requireNoLessThan(api, user)
  await deleteUser(api.read, user.userId)
}
