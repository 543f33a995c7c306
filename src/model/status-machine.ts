/** State machines as tables: which status may follow which. */

import { apiError } from './error-codes.ts'

/** From each status, those that may follow it. An empty list marks an end. */
export type Transitions<Status extends string> = Readonly<Record<Status, readonly Status[]>>

const listed = (statuses: readonly string[]): string => (statuses.length === 0 ? 'nothing else' : statuses.join(' or '))

/**
 * Refuses a change that the table does not know. A status may always be "changed" to itself: the caller asked for
 * a state that holds, so a retry of a request that was answered but not heard succeeds; callers write nothing then.
 *
 * @param noun for the message, such as `experiment`
 * @throws `invalid_status_transition` naming what can follow
 */
export const requireTransition = <Status extends string>(
  noun: string,
  transitions: Transitions<Status>,
  from: Status,
  to: Status,
): void => {
  if (from === to || transitions[from].includes(to)) return
  throw apiError(
    'invalid_status_transition',
    `The ${noun} is ${from} and cannot become ${to}; it can become ${listed(transitions[from])}.`,
  )
}
