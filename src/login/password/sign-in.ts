/** Checks an email address and a password, and blocks who guesses. */

import { createHmac } from 'node:crypto'
import { networkOf } from '../../base/network.ts'
import { createKeyedTurns } from '../../base/turns.ts'
import { normalizeEmail } from '../../model/email-address.ts'
import type { TenantId } from '../../model/ids.ts'
import { isTooLong } from '../../model/password-rules.ts'
import type { Db } from '../../store/database/database.ts'
import { isStorable } from '../../store/database/storable-text.ts'
import { clearLoginFailures, countLoginFailure } from '../../store/logins/login-failure-store.ts'
import type { ConnectionRecord } from '../../store/tenants/connection-store.ts'
import { findSignInFacts, type UserWithPassword } from '../../store/users/sign-in-facts.ts'
import type { UserRecord } from '../../store/users/user-store.ts'
import { replacePasswordHash } from '../../store/users/user-writes.ts'
import { type AttemptOrigin, createFailureThrottle } from '../http/failure-throttle.ts'
import type { LoginConfig } from '../http/login-config.ts'
import { senderOf } from './failed-attempts.ts'
import type { PasswordHasher } from './password-hasher.ts'

export interface SignInAttempt extends AttemptOrigin {
  readonly connection: ConnectionRecord
  /** As typed. */
  readonly email: string
  readonly password: string
}

export type SignInOutcome =
  | { readonly kind: 'verified'; readonly user: UserRecord }
  /** `user` is undefined for an address that no user has; the person at the browser must not learn the difference. */
  | {
      readonly kind: 'wrong'
      readonly user: UserRecord | undefined
      /** From now on the account is blocked for this network. */
      readonly blocks: boolean
      /** From now on the network is throttled for all accounts. */
      readonly throttles: boolean
    }
  | { readonly kind: 'blocked'; readonly user: UserRecord | undefined; readonly until: Date }
  /** Nothing was checked; `pause` in seconds. */
  | { readonly kind: 'throttled'; readonly user: undefined; readonly pause: number }

export type SignIn = (attempt: SignInAttempt) => Promise<SignInOutcome>

/** Attempts for one account from one address that may wait for each other. */
const MAX_WAITING = 20

const failureHash = ({ connection, ip, failureKey }: SignInAttempt, email: string): string =>
  createHmac('sha256', failureKey)
    .update(JSON.stringify([connection.id, email, networkOf(ip)]))
    .digest('base64url')

/**
 * Creates the check. Attempts for one account from one address run one after the other, so that parallel guesses
 * cannot outrun the counter; the counters of accounts and of networks are shared by all servers.
 */
export const createSignIn = (
  db: Db,
  hasher: PasswordHasher,
  { limitAccount, limitFailedLogins }: Pick<LoginConfig, 'limitAccount' | 'limitFailedLogins'>,
): SignIn => {
  const turns = createKeyedTurns(MAX_WAITING)
  const throttle = createFailureThrottle(db, limitFailedLogins)

  /** @returns true when the account is blocked from now on */
  const blocks = async (tenantId: TenantId, failureHash: string): Promise<boolean> =>
    limitAccount !== 'off' &&
    (await countLoginFailure(db, tenantId, failureHash, limitAccount)).blockedUntil !== undefined

  const succeed = async (
    { tenantId, password, ip }: SignInAttempt,
    { user, passwordHash }: UserWithPassword,
  ): Promise<void> => {
    if (passwordHash === undefined || !hasher.isOutdated(passwordHash)) return
    const to = await hasher.hash(password, networkOf(ip))
    await replacePasswordHash({ db, tenantId }, user.userId, { from: passwordHash, to })
  }

  const check = (attempt: SignInAttempt, email: string, failureHash: string): Promise<SignInOutcome> => {
    const { tenantId, connection, password, ip } = attempt
    const sender = senderOf('log-in', attempt)
    return throttle.attempt(sender, async ({ isAdmitted, fail }) => {
      // Not `isEmail`: its rules may have grown since the user was created.
      const known = isStorable(email) ? email : ''
      const asked = { connectionId: connection.id, email: known, failureHash, senderHash: sender.keyHash }
      const { found, failures, owed } = await findSignInFacts(db, tenantId, asked)
      if (!isAdmitted(owed)) return { kind: 'throttled', user: undefined, pause: throttle.pause(owed) }
      if (limitAccount !== 'off' && failures?.blockedUntil)
        return { kind: 'blocked', user: found?.user, until: failures.blockedUntil }
      const matches = !isTooLong(password) && (await hasher.verify(found?.passwordHash, password, networkOf(ip)))
      if (!matches || !found) {
        const [isBlocked, owes] = await Promise.all([blocks(tenantId, failureHash), fail()])
        return { kind: 'wrong', user: found?.user, blocks: isBlocked, throttles: throttle.pause(owes) > 0 }
      }
      if (failures) await clearLoginFailures(db, tenantId, failureHash)
      await succeed(attempt, found)
      return { kind: 'verified', user: found.user }
    })
  }

  return attempt => {
    const email = normalizeEmail(attempt.email)
    const key = failureHash(attempt, email)
    return turns(`${attempt.tenantId}\n${key}`)(() => check(attempt, email, key))
  }
}
