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
