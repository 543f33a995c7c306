/** How long to wait before the next attempt. Pure. */

const FIRST_MS = 250
const LONGEST_MS = 15_000
/** A server that asks for more than this is not obeyed to the letter: the person at the terminal is waiting. */
const LONGEST_ASKED_MS = 120_000

/**
 * Milliseconds before the attempt after so many failures in a row: doubling, up to 15 s, a random half of it, so
 * that many clients do not come back together.
 *
 * @param random from 0 to 1
 */
export const backoffMs = (failures: number, random: number): number => {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16))
  return full / 2 + (full / 2) * random
}

/** Milliseconds that a `Retry-After` header asks for, in seconds or as a date (RFC 9110 section 10.2.3); undefined for anything else. */
export const retryAfterMs = (header: string | null, now: number): number | undefined => {
  if (header === null) return undefined
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_ASKED_MS)
}
