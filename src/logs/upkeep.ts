/** What the log needs from time to time: days made and dropped, what the database knows of them, writers that are gone forgotten. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import type { Db } from '../store/database/database.ts'
import { forgetIdleLogWriters } from '../store/logs/log-append.ts'
import { ensureLogPartitions } from '../store/logs/log-partitions.ts'
import { dropExpiredLogs } from '../store/logs/log-retention.ts'
import { refreshLogStatistics } from '../store/logs/log-statistics.ts'

export interface LogUpkeepOptions {
  readonly db: Db
  readonly clock: Clock
  /** Days for which events are kept at least. */
  readonly retentionDays: number
  /** Milliseconds between two rounds; default one hour, of which many may fail before a partition is missing. */
  readonly intervalMs?: number
  /** Milliseconds until a round is repeated that could not drop a day because it was being read; default one minute. */
  readonly heldUpMs?: number
  /** Milliseconds between two looks at how much the days have grown; default ten seconds. */
  readonly statisticsMs?: number
  /** Told which days are gone, as `YYYYMMDD`. */
  readonly onDropped?: (days: readonly string[]) => void
  /** Told why a round failed; the next one tries again. */
  readonly onError: (error: unknown) => void
}

/**
 * Makes the partitions that are missing, then does a round at once and one every interval until disposed. Only the
 * partitions are waited for: a server is ready before old days are dropped. Any number of servers may do so at once.
 *
 * @throws the database's error when partitions cannot be made
 */
export const startLogUpkeep = async (options: LogUpkeepOptions): Promise<AsyncDisposable> => {
  const { db, clock, retentionDays, intervalMs = 3_600_000, heldUpMs = 60_000, statisticsMs = 10_000 } = options
  const stop = new AbortController()
  const { signal } = stop

  /** Milliseconds until the next round. */
  const work = async (): Promise<number> => {
    await ensureLogPartitions(db)
    await forgetIdleLogWriters(db)
    const { dropped, isHeldUp } = await dropExpiredLogs(db, { days: retentionDays, now: new Date(clock()), signal })
    if (dropped.length > 0) options.onDropped?.(dropped)
    return isHeldUp ? Math.min(heldUpMs, intervalMs) : intervalMs
  }

  const look = async (): Promise<number> => {
    await refreshLogStatistics(db)
    return statisticsMs
  }

  /** Does rounds of something that says how long to wait for the next. */
  const repeat = async (round: () => Promise<number>, otherwiseMs: number): Promise<void> => {
    while (!signal.aborted) {
      const waitMs = await round().catch(error => {
        options.onError(error)
        return otherwiseMs
      })
      await sleep(waitMs, undefined, { signal, ref: false }).catch(() => {}) // the stop is what ends it
    }
  }

  await ensureLogPartitions(db)
  const rounds = [repeat(work, intervalMs), repeat(look, statisticsMs)]
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await Promise.all(rounds)
    },
  }
}
