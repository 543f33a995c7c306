/** Reads a date of a query as the span of time that it names: a month is all of its days. */

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/

/** Half-open, in milliseconds since 1970. */
export interface Span {
  readonly from: number
  readonly before: number
}

const minutesOfZone = (zone: string | undefined): number => {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? '')
  if (!match) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return match[1] === '-' ? -minutes : minutes
}

/** Which of year, month, day, minute, second, millisecond is the last that was written decides the length. */
const endOf = (start: number, fields: readonly (string | undefined)[]): number => {
  const [year, month, day, hour, , second, millisecond] = fields
  if (millisecond) return start + 1
  if (second) return start + 1000
  if (hour) return start + 60_000
  if (day) return start + 86_400_000
  return Date.UTC(Number(year) + (month ? 0 : 1), month ? Number(month) : 0)
}

/**
 * Reads `2018`, `2018-12`, `2018-12-18`, or an instant such as `2019-01-01T01:00:00` with optional fraction and zone;
 * without a zone it is UTC. Undefined for anything else and for days that no calendar has.
 */
export const dateSpan = (text: string): Span | undefined => {
  const match = DATE.exec(text)
  if (!match) return undefined
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone] = match
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`
  const instant = Date.parse(local)
  // Date.parse moves an impossible day into the next month; written back it is another day.
  if (Number.isNaN(instant) || new Date(instant).toISOString() !== local) return undefined
  const from = instant - minutesOfZone(zone) * 60_000
  return { from, before: endOf(from, match.slice(1, 8)) }
}
