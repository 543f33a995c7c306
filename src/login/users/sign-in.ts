/** Checks an email address and a password, and blocks who guesses. */

import { createHmac } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { createKeyedTurns } from '../../base/turns.ts'
import type { TenantId } from '../../model/ids.ts'
import type { ConnectionRecord } from '../../store/connection-store.ts'
import type { Db } from '../../store/database.ts'
import { clearLoginFailures, countLoginFailure, type FailureLimit } from '../../store/login-failure-store.ts'
import { findSignInFacts, replacePasswordHash, type UserRecord, type UserWithPassword } from '../../store/user-store.ts'
import { isEmail, normalizeEmail } from './email-address.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { isTooLong } from './password-rules.ts'

export interface SignInAttempt {
  readonly tenantId: TenantId
  readonly connection: ConnectionRecord
  /** As typed. */
  readonly email: string
  readonly password: string
  readonly ip: string
  readonly failureKey: Uint8Array
}

export type SignInOutcome =
  | { readonly kind: 'verified'; readonly user: UserRecord }
  /** `user` is undefined for an address that nobody has; the person at the browser must not learn the difference. */
  | { readonly kind: 'wrong'; readonly user: UserRecord | undefined; readonly blocks: boolean }
  | { readonly kind: 'blocked'; readonly user: UserRecord | undefined; readonly until: Date }

export type SignIn = (attempt: SignInAttempt) => Promise<SignInOutcome>

/** Ten wrong passwords in a row for one account from one address, then a quarter of an hour of nothing. */
const LIMIT: FailureLimit = { failures: 10, seconds: 900 }

/** Attempts for one account from one address that may wait for each other. */
const MAX_WAITING = 20

/** Whoever has one IPv6 address has 2^64 of them, so the network counts. */
const toNetwork = (ip: string): string => {
  if (!isIPv6(ip)) return ip
  const [head = '', tail = ''] = ip.split('%', 1)[0]?.split('::') ?? []
  const groups = head.split(':').filter(Boolean)
  const behind = tail.split(':').filter(Boolean)
  const zeros = ip.includes('::') ? Array.from({ length: 8 - groups.length - behind.length }, () => '0') : []
  return [...groups, ...zeros, ...behind]
    .slice(0, 4)
    .map(group => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')
}

const failureHash = ({ connection, ip, failureKey }: SignInAttempt, email: string): string =>
  createHmac('sha256', failureKey)
    .update(JSON.stringify([connection.id, email, toNetwork(ip)]))
    .digest('base64url')

/**
 * Creates the check. Attempts for one account from one address run one after the other, so that parallel guesses
 * cannot outrun the counter; the counter itself is shared by all servers.
 */
export const createSignIn = (db: Db, hasher: PasswordHasher): SignIn => {
  const turns = createKeyedTurns(MAX_WAITING)

  const succeed = async (
    { tenantId, password }: SignInAttempt,
    { user, passwordHash }: UserWithPassword,
  ): Promise<void> => {
    if (passwordHash === undefined || !hasher.isOutdated(passwordHash)) return
    const to = await hasher.hash(password)
    await replacePasswordHash(db, tenantId, user.userId, { from: passwordHash, to })
  }

  const check = async (attempt: SignInAttempt, email: string, key: string): Promise<SignInOutcome> => {
    const { tenantId, connection, password } = attempt
    // What is no address is nobody's, and would not be a valid parameter for the database either.
    const asked = { connectionId: connection.id, email: isEmail(email) ? email : '', failureHash: key }
    const { found, failures } = await findSignInFacts(db, tenantId, asked)
    if (failures?.blockedUntil) return { kind: 'blocked', user: found?.user, until: failures.blockedUntil }
    const matches = !isTooLong(password) && (await hasher.verify(found?.passwordHash, password))
    if (!matches || !found) {
      const counted = await countLoginFailure(db, tenantId, key, LIMIT)
      return { kind: 'wrong', user: found?.user, blocks: counted.blockedUntil !== undefined }
    }
    if (failures) await clearLoginFailures(db, tenantId, key)
    await succeed(attempt, found)
    return { kind: 'verified', user: found.user }
  }

  return attempt => {
    const email = normalizeEmail(attempt.email)
    const key = failureHash(attempt, email)
    return turns(`${attempt.tenantId}\n${key}`)(() => check(attempt, email, key))
  }
}
