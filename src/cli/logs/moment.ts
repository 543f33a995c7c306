/** A moment as it is written in an argument: a day, an instant, or the id of an event. */

import { isLogId, logPositionBefore } from '../../model/log-id.ts'
import { CliFailure, EXIT } from '../terminal/cli-failure.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

/** What `--help` says of it. */
export const MOMENT_FORMS = '2026-01-31 (midnight, UTC), 2026-01-31T10:00:00Z'

/** Milliseconds since 1970; undefined for a text of another form, and for the 30th of February. */
export const parseMoment = (text: string): number | undefined => {
  if (!DAY.test(text) && !INSTANT.test(text)) return undefined
  const day = Date.parse(text.slice(0, 10))
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== text.slice(0, 10)) return undefined
  const moment = Date.parse(text)
  return Number.isNaN(moment) || moment < Date.UTC(1900, 0) ? undefined : moment
}

/**
 * The position in the log that a moment stands for: events from then on are behind it.
 *
 * @param flag the flag that it is the value of, for the complaint
 */
export const toPosition = (text: string, flag: string): string => {
  const moment = parseMoment(text)
  if (moment !== undefined) return logPositionBefore(moment)
  if (isLogId(text)) return text
  throw new CliFailure(
    `${flag} must be like ${MOMENT_FORMS}, or the id of an event, not ${JSON.stringify(text.slice(0, 80))}.`,
    EXIT.usage,
  )
}
