/** Creates a user of the database connection. */

import { networkOf } from '../../base/network.ts'
import type { RandomBytes } from '../../base/random.ts'
import { isEmail, normalizeEmail } from '../../model/email-address.ts'
import type { TenantId } from '../../model/ids.ts'
import { passwordDictionaryOf } from '../../model/password-dictionary.ts'
import { passwordProblem } from '../../model/password-rules.ts'
import type { Db } from '../../store/database/database.ts'
import { findOwedSeconds } from '../../store/logins/failure-allowance-store.ts'
import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import { insertUser, type NewUser } from '../../store/users/user-writes.ts'
import { type AttemptOrigin, createFailureThrottle } from '../http/failure-throttle.ts'
import type { LoginConfig } from '../http/login-config.ts'
import { namesOf, newUser } from '../tenant/new-user.ts'
import { senderOf } from './failed-attempts.ts'
import type { PasswordHasher } from './password-hasher.ts'
import type { Candidate, RegistrationVerdict } from './registration.ts'

export interface SignUpRequest extends AttemptOrigin {
  readonly connection: ConnectionRecord
  /** The name of the tenant, which is no password. */
  readonly serviceName: string
  /** As typed. */
  readonly email: string
  readonly password: string
  /** Asked when the input is good and before anything is stored; without it, every user is admitted. */
  readonly admit?: (candidate: Candidate) => Promise<RegistrationVerdict>
  /** Stores the user, for the login that the sign-up is for; without it, a user is stored for no login. */
  readonly store?: (user: NewUser) => Promise<UserRecord | 'exists' | 'went_on'>
}

/** What is wrong with a field, in words for the person. */
export interface FieldProblems {
  readonly email?: string
  readonly password?: string
}

interface Failed {
  /** From now on no user signs up from this network for a while. */
  readonly throttles: boolean
}

export type SignUpOutcome =
  | { readonly kind: 'created'; readonly user: UserRecord }
  | { readonly kind: 'invalid'; readonly problems: FieldProblems }
  | (Failed & { readonly kind: 'exists' })
  /** An Action said no: `message` is for the person, `reason` for the log. */
  | (Failed & { readonly kind: 'refused'; readonly message: string; readonly reason: string })
  /** Nothing was looked at; `pause` in seconds. */
  | { readonly kind: 'throttled'; readonly pause: number }
  /** The login that it was for has gone on without it, or another request is signing up for it: nothing was stored. */
  | { readonly kind: 'went_on' }

export type SignUp = (request: SignUpRequest) => Promise<SignUpOutcome>

/** The name and the nickname that an address gives. */
/** True when the connection takes new users. */
export const isSignUpEnabled = (connection: ConnectionRecord): boolean => connection.options.disable_signup !== true

/** Creates the sign-up. What is refused for its form gives nothing away and is not counted. */
export const createSignUp = (
  db: Db,
  hasher: PasswordHasher,
  random: RandomBytes,
  { limitFailedSignups }: Pick<LoginConfig, 'limitFailedSignups'>,
): SignUp => {
  const throttle = createFailureThrottle(db, limitFailedSignups)

  const storeAlone =
    (tenantId: TenantId) =>
    async (user: NewUser): Promise<UserRecord | 'exists'> =>
      (await insertUser({ db, tenantId }, user)) ?? 'exists'

  return async ({ tenantId, connection, serviceName, password, admit, store = storeAlone(tenantId), ...request }) => {
    const email = normalizeEmail(request.email)
    const dictionary = passwordDictionaryOf(connection.options)
    const problem = passwordProblem(password, { email, serviceNames: [tenantId, serviceName], dictionary })
    const problems = {
      ...(!isEmail(email) && { email: 'Enter an email address.' }),
      ...(problem && { password: problem.message }),
    }
    if (Object.keys(problems).length > 0) return { kind: 'invalid', problems }
    const sender = senderOf('sign-up', { tenantId, ...request })
    return throttle.attempt(sender, async ({ isAdmitted, fail }) => {
      const owed = await findOwedSeconds(db, tenantId, sender.keyHash)
      if (!isAdmitted(owed)) return { kind: 'throttled', pause: throttle.pause(owed) }
      const failed = async (): Promise<Failed> => ({ throttles: throttle.pause(await fail()) > 0 })
      const verdict = await admit?.({ email, ...namesOf(email) })
      if (verdict?.kind === 'under_way') return { kind: 'went_on' }
      if (verdict?.kind === 'refused') return { ...verdict, ...(await failed()) }
      const passwordHash = await hasher.hash(password, networkOf(request.ip))
      const user = newUser({ connectionId: connection.id, email, passwordHash, isAdministrator: false }, random)
      const { userMetadata = {}, appMetadata = {} } = verdict ?? {}
      const stored = await store({ ...user, userMetadata, appMetadata })
      if (stored === 'went_on') return { kind: 'went_on' }
      return stored === 'exists' ? { kind: 'exists', ...(await failed()) } : { kind: 'created', user: stored }
    })
  }
}
