/** Deletes rows whose time is over, a bounded number at a time, for as long as the server runs. */

import type { Db } from '../store/database.ts'
import { deleteExpiredRows, EXPIRING_TABLES } from '../store/expired-rows.ts'

export interface Sweeper extends AsyncDisposable {
  /** One round now; settles when it is over. */
  sweep(): Promise<void>
}

/** Milliseconds between two rounds, and rows per table and round: ten logins a millisecond would be needed to outrun it. */
const INTERVAL_MS = 10_000
const ROWS = 5_000

/** Several servers may sweep one database: each deletes what it finds. */
export const startSweeper = (db: Db, onError: (error: unknown) => void): Sweeper => {
  const sweep = async (): Promise<void> => {
    for (const table of EXPIRING_TABLES) await deleteExpiredRows(db, table, ROWS)
  }
  let round: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    round = round.then(sweep).catch(onError)
  }, INTERVAL_MS).unref()
  return {
    sweep,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await round
    },
  }
}
