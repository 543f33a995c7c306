/** Reads that a caller shapes, such as searches, end after a time of their own. */

import { sql } from 'kysely'
import { apiError } from '../../model/error-codes.ts'
import type { Db } from './database.ts'

const CANCELLED = '57014'

/** True when PostgreSQL ended a statement: for its time, or because it was told to. */
export const isCancelled = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === CANCELLED

const LOG_ADVICE = 'narrow it by a date, a type, a user or an experiment'

/**
 * Reads with a limit on each statement. It costs two round trips more, so it is for reads whose cost the caller decides.
 *
 * @param limitMs milliseconds, a whole number
 * @param advice what to do instead, completing "The search took too long; …"
 * @throws `query_too_slow` when a statement ran into the limit
 */
export const withTimeLimit = async <T>(
  db: Db,
  limitMs: number,
  read: (db: Db) => Promise<T>,
  advice = LOG_ADVICE,
): Promise<T> => {
  try {
    return await db
      .transaction()
      .setAccessMode('read only')
      .execute(async transaction => {
        await sql`select set_config('statement_timeout', ${String(limitMs)}, true)`.execute(transaction)
        return read(transaction)
      })
  } catch (error) {
    if (!isCancelled(error)) throw error
    throw apiError('query_too_slow', `The search took too long; ${advice}.`, { cause: error })
  }
}
