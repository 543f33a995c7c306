/** Asks the database whether it takes what logins write, by writing a little that does not stay. */

import { sql } from 'kysely'
import type { Db } from './database.ts'
import { isDatabaseUnavailable } from './database-unavailable.ts'

/** SQLSTATE of a database that answers and takes no writes: read-only, disk full or limited, I/O error. */
const NOT_WRITABLE = new Set(['25006', '53100', '53400', '58030'])

const stateAfter = (error: unknown): 'lost' | 'not_writable' => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return NOT_WRITABLE.has(code) || !isDatabaseUnavailable(error) ? 'not_writable' : 'lost'
}

/**
 * Writes a little. It costs a millisecond, and some hundred bytes of the write-ahead log.
 *
 * @param onFailure is told why it could not
 * @returns `lost` when nothing answers, `not_writable` when the database answers and refuses
 */
export const probeWriting = async (
  db: Db,
  onFailure: (error: unknown) => void,
): Promise<'ok' | 'lost' | 'not_writable'> => {
  try {
    await sql`select probe_writing()`.execute(db)
    return 'ok'
  } catch (error) {
    onFailure(error)
    return stateAfter(error)
  }
}
