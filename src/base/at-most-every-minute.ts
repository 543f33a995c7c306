/** For what is tried again by itself, many times while something is away: said once a minute. */

const MINUTE_MS = 60_000

/**
 * Leaves out the calls of the minute after one that was passed on.
 *
 * @param now milliseconds of a clock that never goes back
 */
export const atMostEveryMinute = <Argument>(
  say: (argument: Argument) => void,
  now: () => number = () => performance.now(),
): ((argument: Argument) => void) => {
  let saidAt = Number.NEGATIVE_INFINITY
  return argument => {
    if (now() - saidAt < MINUTE_MS) return
    saidAt = now()
    say(argument)
  }
}
