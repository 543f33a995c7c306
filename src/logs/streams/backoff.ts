/** How long a stream waits after a failure. */

/** Milliseconds: the ceiling of the first wait, and of all. */
const FIRST_MS = 1_000
const LONGEST_MS = 300_000

/**
 * Exponential backoff with full jitter: anything between nothing and a ceiling that doubles with each failure, so that
 * many streams whose destination failed at once do not come back at once (M. Brooker, "Exponential Backoff And Jitter").
 *
 * @param attempts failures in a row before this one
 * @param random uniform in [0, 1)
 * @param afterMs what the destination asked for; the wait is never shorter
 * @returns milliseconds
 */
export const retryDelay = (attempts: number, random: number, afterMs = 0): number => {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts, 30))
  return Math.max(afterMs, Math.round(random * ceiling))
}
