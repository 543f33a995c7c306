/** Deletes rows whose time is over, for as long as the server runs. */

import type { Db } from '../../store/database/database.ts'
import { deleteExpiredRows, EXPIRING_TABLES, type ExpiringTable } from '../../store/database/expired-rows.ts'

export interface Sweeper extends AsyncDisposable {
  /** One round now; settles when it is over. */
  sweep(): Promise<void>
}

export interface SweepOptions {
  /** Rows that one statement deletes. */
  readonly batch: number
  /** Most batches of one table in one round; the rest is left to the next. */
  readonly batches: number
}

/** Milliseconds between two rounds. */
const INTERVAL_MS = 10_000

/**
 * 5,000 rows are one statement of ten milliseconds, or of a tenth of a second where rows have 8 KB, and no request waits for
 * it. 40 of them per table and round keep up with 20 new rows a millisecond, more than one server can write.
 */
const DEFAULTS: SweepOptions = { batch: 5_000, batches: 40 }

/** A full batch says that there is more. */
const sweepTable = async (db: Db, table: ExpiringTable, { batch, batches }: SweepOptions): Promise<void> => {
  for (let done = 0; done < batches; done += 1) {
    if ((await deleteExpiredRows(db, table, batch)) < batch) return
  }
}

/** Several servers may sweep one database: each deletes what it finds, and none has more than one connection for it. */
export const startSweeper = (db: Db, onError: (error: unknown) => void, options: SweepOptions = DEFAULTS): Sweeper => {
  const sweep = async (): Promise<void> => {
    for (const table of EXPIRING_TABLES) await sweepTable(db, table, options)
  }
  let round: Promise<void> | undefined
  const timer = setInterval(() => {
    // A round that takes longer than the interval is not joined by a second one.
    round ??= sweep()
      .catch(onError)
      .finally(() => {
        round = undefined
      })
  }, INTERVAL_MS).unref()
  return {
    sweep,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await round
    },
  }
}
