/** Creates a user of the database connection. */

import { type RandomBytes, randomHex } from '../../base/random.ts'
import type { TenantId } from '../../model/ids.ts'
import type { ConnectionRecord } from '../../store/connection-store.ts'
import type { Db } from '../../store/database.ts'
import { insertUser, type NewUser, type UserRecord } from '../../store/user-store.ts'
import { isEmail, normalizeEmail } from './email-address.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { passwordProblem } from './password-rules.ts'

export interface SignUpRequest {
  readonly tenantId: TenantId
  readonly connection: ConnectionRecord
  /** As typed. */
  readonly email: string
  readonly password: string
}

export type SignUpOutcome =
  | { readonly kind: 'created'; readonly user: UserRecord }
  | { readonly kind: 'invalid'; readonly field: 'email' | 'password'; readonly message: string }
  | { readonly kind: 'exists' }

export type SignUp = (request: SignUpRequest) => Promise<SignUpOutcome>

const USER_ID_DIGITS = 24

/** A user before it is stored: the name and the nickname that an address gives. */
export const newUser = (
  user: Pick<NewUser, 'connectionId' | 'email' | 'passwordHash' | 'isAdministrator'>,
  random: RandomBytes,
): NewUser => ({
  ...user,
  userId: `auth0|${randomHex(USER_ID_DIGITS, random)}`,
  name: user.email,
  nickname: user.email.split('@', 1)[0] ?? user.email,
})

/** True when the connection takes new users. */
export const isSignUpEnabled = (connection: ConnectionRecord): boolean => connection.options.disable_signup !== true

export const createSignUp =
  (db: Db, hasher: PasswordHasher, random: RandomBytes): SignUp =>
  async ({ tenantId, connection, password, ...request }) => {
    const email = normalizeEmail(request.email)
    if (!isEmail(email)) return { kind: 'invalid', field: 'email', message: 'Enter an email address.' }
    const problem = passwordProblem(password, email)
    if (problem) return { kind: 'invalid', field: 'password', message: problem }
    const passwordHash = await hasher.hash(password)
    const user = newUser({ connectionId: connection.id, email, passwordHash, isAdministrator: false }, random)
    const created = await insertUser(db, tenantId, user)
    return created ? { kind: 'created', user: created } : { kind: 'exists' }
  }
