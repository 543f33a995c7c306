/** Wrong codes of a user in a row: how many, and until when no more are taken. */

import { type RawBuilder, sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import type { FailureLimit } from './login-failure-store.ts'

/** The kinds of codes that can be guessed. */
export type GuessableFactor = 'otp' | 'recovery-code'

/** Seconds. */
const LONGEST_PAUSE = 24 * 60 * 60

const moreFailures = sql<number>`factor_failures.failures + 1`

/** Every so many failures a pause, each twice as long as the one before. */
const pauseAfter = (failures: RawBuilder<number>, { failures: each, seconds }: FailureLimit) =>
  sql<Date | null>`case when (${failures}) % ${each}::int = 0 then
    now() + make_interval(secs => least(
      ${LONGEST_PAUSE}::float8,
      ${seconds}::float8 * power(2, least((${failures}) / ${each}::int - 1, 20))
    )) end`

/**
 * Takes one of a user's attempts before a code is looked at, so that parallel guesses cannot outrun the count. An
 * attempt counts as failed until `clearFactorFailures` says otherwise, and failures are never forgotten for their
 * age: with five attempts between pauses, after two days of guessing five a day are left, 0.6 % of a year's chance to
 * hit a six-digit code.
 *
 * @param limit attempts between two pauses, and the seconds of the first; each further one is twice as long, up to a day
 * @returns undefined when the attempt may be made, else when the pause ends
 */
export const takeFactorAttempt = async (
  db: Db,
  tenantId: TenantId,
  userId: string,
  factor: GuessableFactor,
  limit: FailureLimit,
): Promise<Date | undefined> => {
  const first = pauseAfter(sql<number>`1`, limit)
  const taken = await db
    .insertInto('factor_failures')
    .values({ tenant_id: tenantId, user_id: userId, factor, failures: 1, blocked_until: first })
    .onConflict(conflict =>
      conflict
        .columns(['tenant_id', 'user_id', 'factor'])
        .doUpdateSet({ failures: moreFailures, blocked_until: pauseAfter(moreFailures, limit) })
        .where(({ eb, or }) =>
          or([
            eb('factor_failures.blocked_until', 'is', null),
            eb('factor_failures.blocked_until', '<=', sql<Date>`now()`),
          ]),
        ),
    )
    .returning('failures')
    .executeTakeFirst()
  return taken ? undefined : pauseEnd(db, tenantId, userId, factor)
}

const pauseEnd = async (db: Db, tenantId: TenantId, userId: string, factor: GuessableFactor): Promise<Date> => {
  const row = await db
    .selectFrom('factor_failures')
    .select(sql<Date>`coalesce(blocked_until, now())`.as('until'))
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('factor', '=', factor)
    .executeTakeFirst()
  return row?.until ?? new Date(0)
}

/** A right code ends the row of failures. */
export const clearFactorFailures = async (
  db: Db,
  tenantId: TenantId,
  userId: string,
  factor: GuessableFactor,
): Promise<void> => {
  await db
    .deleteFrom('factor_failures')
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('factor', '=', factor)
    .execute()
}
