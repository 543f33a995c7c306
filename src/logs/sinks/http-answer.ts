/** What an HTTP answer means for a batch. */

import type { EgressResponse, EgressResult } from '../../base/egress.ts'
import type { SendResult } from './sink.ts'

/** Answers that say "later" (RFC 9110 section 15.5.9, RFC 6585 section 4); so does every 5xx. */
const LATER = new Set([408, 429])

/** A destination cannot put a stream to sleep for longer than this; milliseconds. */
const MAX_RETRY_AFTER_MS = 3_600_000

/**
 * `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110 section 10.2.3); undefined when absent or unreadable.
 *
 * @param now milliseconds since 1970
 */
const retryAfter = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined
  const delay = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(delay) ? undefined : Math.min(Math.max(delay, 0), MAX_RETRY_AFTER_MS)
}

/** @param now milliseconds since 1970 */
export type ReadResponse = (response: EgressResponse, now: number) => SendResult

/** The standard reading of a status: 2xx is accepted, 408, 429 and 5xx are for later, anything else is a refusal. */
export const readStatus: ReadResponse = ({ status, headers }, now) => {
  if (status >= 200 && status < 300) return { kind: 'accepted' }
  const reason = `The destination answered with status ${status}.`
  if (status >= 500 || LATER.has(status)) {
    const afterMs = retryAfter(headers['retry-after'], now)
    return { kind: 'retry', status, reason, ...(afterMs === undefined ? {} : { afterMs }) }
  }
  const isRedirect = status >= 300 && status < 400
  return { kind: 'rejected', status, reason: isRedirect ? `${reason} Redirects are not followed.` : reason }
}

/** Reads the result of a call; an exchange that broke off may be tried again, a call that the rules forbid may not. */
export const readResult = (result: EgressResult, readResponse: ReadResponse, now: number): SendResult => {
  if (result.kind === 'response') return readResponse(result, now)
  const reason = `${result.reason.charAt(0).toUpperCase()}${result.reason.slice(1)}.`
  return { kind: result.kind === 'refused' ? 'rejected' : 'retry', reason }
}
