/** The ids of log events: `900`, the UTC time to the millisecond, and 36 digits that grow with every event. */

const LOG_ID = /^900(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{3})\d{36}$/

/** True for text that has the form of a log id, with a time that exists. */
export const isLogId = (text: string): boolean => {
  const [, year, month, day, hour, minute, second, ms] = LOG_ID.exec(text) ?? []
  if (year === undefined) return false
  const time = `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`
  const date = new Date(time)
  return !Number.isNaN(date.getTime()) && date.toISOString() === time
}

/** The time in an id, in milliseconds since 1970: when its event was committed. The text must be a log id. */
export const logIdTime = (id: string): number => {
  const [, year, month, day, hour, minute, second, ms] = LOG_ID.exec(id) ?? []
  if (year === undefined) throw new TypeError('not a log id')
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`)
}

/**
 * A position in the log that every id from this time on is greater than, and every earlier one is not. It has
 * the form of an id, so that a reader can go on from it as from an id.
 *
 * @param at milliseconds since 1970, in the years 1 to 9999
 */
export const logPositionBefore = (at: number): string =>
  `900${new Date(at - 1).toISOString().replaceAll(/\D/g, '')}${'9'.repeat(36)}`
