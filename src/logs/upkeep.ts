/** What the log needs from time to time: partitions for the next days, and writers that are gone forgotten. */

import type { Db } from '../store/database.ts'
import { forgetIdleLogWriters } from '../store/log-append.ts'
import { ensureLogPartitions } from '../store/log-partitions.ts'

export interface LogUpkeepOptions {
  readonly db: Db
  /** Milliseconds between two rounds; default one hour, of which many may fail before a partition is missing. */
  readonly intervalMs?: number
  /** Told why a round failed; the next one tries again. */
  readonly onError: (error: unknown) => void
}

/**
 * Does the first round, then one every interval until disposed. Any number of servers may do so at once.
 *
 * @throws the database's error when the first round fails
 */
export const startLogUpkeep = async (options: LogUpkeepOptions): Promise<AsyncDisposable> => {
  const { db, intervalMs = 3_600_000, onError } = options
  let round = Promise.resolve()

  const work = async (): Promise<void> => {
    await ensureLogPartitions(db)
    await forgetIdleLogWriters(db)
  }

  await work()
  const timer = setInterval(() => {
    round = round.then(work).catch(onError)
  }, intervalMs)
  timer.unref()
  return {
    [Symbol.asyncDispose]: () => {
      clearInterval(timer)
      return round
    },
  }
}
