/** Creates a user of the database connection. */

import { type RandomBytes, randomHex } from '../../base/random.ts'
import type { TenantId } from '../../model/ids.ts'
import type { ConnectionRecord } from '../../store/connection-store.ts'
import type { Db } from '../../store/database.ts'
import { insertUser, type NewUser, type UserRecord } from '../../store/user-store.ts'
import type { Candidate } from '../actions/event/registration-event.ts'
import type { RegistrationVerdict } from '../actions/registration.ts'
import { isEmail, normalizeEmail } from './email-address.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { passwordProblem } from './password-rules.ts'

export interface SignUpRequest {
  readonly tenantId: TenantId
  readonly connection: ConnectionRecord
  /** As typed. */
  readonly email: string
  readonly password: string
  /** Asked when the input is good and before anything is stored; without it, everybody is admitted. */
  readonly admit?: (candidate: Candidate) => Promise<RegistrationVerdict>
}

export type SignUpOutcome =
  | { readonly kind: 'created'; readonly user: UserRecord }
  | { readonly kind: 'invalid'; readonly field: 'email' | 'password'; readonly message: string }
  | { readonly kind: 'exists' }
  /** An Action said no: `message` is for the person, `reason` for the log. */
  | { readonly kind: 'refused'; readonly message: string; readonly reason: string }

export type SignUp = (request: SignUpRequest) => Promise<SignUpOutcome>

const USER_ID_DIGITS = 24

/** The name and the nickname that an address gives. */
const namesOf = (email: string): Pick<NewUser, 'name' | 'nickname'> => ({
  name: email,
  nickname: email.split('@', 1)[0] ?? email,
})

/** A user before it is stored. */
export const newUser = (
  user: Pick<NewUser, 'connectionId' | 'email' | 'passwordHash' | 'isAdministrator'>,
  random: RandomBytes,
): NewUser => ({
  ...user,
  userId: `auth0|${randomHex(USER_ID_DIGITS, random)}`,
  ...namesOf(user.email),
})

/** True when the connection takes new users. */
export const isSignUpEnabled = (connection: ConnectionRecord): boolean => connection.options.disable_signup !== true

export const createSignUp =
  (db: Db, hasher: PasswordHasher, random: RandomBytes): SignUp =>
  async ({ tenantId, connection, password, admit, ...request }) => {
    const email = normalizeEmail(request.email)
    if (!isEmail(email)) return { kind: 'invalid', field: 'email', message: 'Enter an email address.' }
    const problem = passwordProblem(password, email)
    if (problem) return { kind: 'invalid', field: 'password', message: problem }
    const verdict = await admit?.({ email, ...namesOf(email) })
    if (verdict?.kind === 'refused') return verdict
    const passwordHash = await hasher.hash(password)
    const user = newUser({ connectionId: connection.id, email, passwordHash, isAdministrator: false }, random)
    const { userMetadata = {}, appMetadata = {} } = verdict ?? {}
    const created = await insertUser(db, tenantId, { ...user, userMetadata, appMetadata })
    return created ? { kind: 'created', user: created } : { kind: 'exists' }
  }
