/** What a sign-in has to know before the password is checked: the user of an address, and the failures before it. */

import { sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import { owedSeconds } from '../logins/failure-allowance-store.ts'
import type { LoginFailures } from '../logins/login-failure-store.ts'
import { toUserRecord, type UserRecord, type UserRow } from './user-store.ts'

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
