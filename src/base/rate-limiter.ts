/** How often a key may come: a number at once, and one more at a steady rate; in bounded memory. */

/** `burst` may come at once, and one more each `secondsEach`. */
export interface Rate {
  readonly burst: number
  readonly secondsEach: number
}

/** What is said of one that came. */
export interface RateVerdict {
  readonly isAllowed: boolean
  /** How many more may come at once. */
  readonly remaining: number
  /** Seconds until one more may come; 0 when it may come now. */
  readonly retryAfter: number
  /** Seconds until the whole burst may come again. */
  readonly fullAfter: number
}

export interface RateLimiter {
  readonly rate: Rate
  /** One comes. It counts only when it is allowed. */
  take(key: string): RateVerdict
}

export interface RateLimiterOptions {
  /** Keys in memory; default 10,000. */
  readonly maxKeys?: number
  /** Milliseconds of a clock that never goes back; default the process's. */
  readonly now?: () => number
}

/** What rounding may take from a whole number. */
const TOLERANCE = 1e-6

/** Keys that each newcomer makes us look at, to forget those that owe nothing: the table shrinks faster than it grows. */
const TIDIED = 2

/**
 * Creates a limiter by the generic cell rate algorithm (ITU-T I.371 annex A): one moment holds all that a key has had.
 * When there are more keys than fit, the one that has not come for longest begins anew. To gain by that, a key has to
 * stand back while as many others come.
 */
export const createRateLimiter = (rate: Rate, options: RateLimiterOptions = {}): RateLimiter => {
  const { maxKeys = 10_000, now = () => performance.now() } = options
  const each = rate.secondsEach * 1_000
  const whole = rate.burst * each
  /** Key → when it will owe nothing; who came last stands last. */
  const ends = new Map<string, number>()

  const note = (key: string, end: number, at: number): void => {
    ends.delete(key)
    ends.set(key, end)
    let looked = 0
    for (const [oldest, oldestEnd] of ends) {
      if (looked++ === TIDIED) break
      if (oldestEnd <= at || ends.size > maxKeys) ends.delete(oldest)
    }
  }

  return {
    rate,
    take(key) {
      const at = now()
      const owed = Math.max(0, (ends.get(key) ?? 0) - at)
      const isAllowed = owed + each <= whole * (1 + TOLERANCE)
      const owes = isAllowed ? owed + each : owed
      note(key, at + owes, at)
      return {
        isAllowed,
        remaining: Math.max(0, Math.floor((whole - owes) / each + TOLERANCE)),
        retryAfter: Math.max(0, owes + each - whole) / 1_000,
        fullAfter: owes / 1_000,
      }
    },
  }
}
