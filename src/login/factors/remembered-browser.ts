/** Browsers in which a user need not prove a second factor for a while: a signed cookie, tied to user and method. */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Seconds. */
export const REMEMBER_SECONDS = 30 * 24 * 60 * 60

export interface RememberedBrowser {
  readonly userId: string
  /** The method that was proved: when the user loses it, the browser is forgotten. */
  readonly methodId: string
  /** Milliseconds since 1970. */
  readonly until: number
}

const FORMAT = /^(\d{10,16})\.([\w-]{43})\.([\w-]{43})$/

/** One way of writing each, so that no pair of a user and a method reads like another; the cookie names neither. */
const subjectOf = ({ userId, methodId }: Omit<RememberedBrowser, 'until'>): string =>
  createHash('sha256')
    .update(JSON.stringify([userId, methodId]))
    .digest('base64url')

const sign = (until: string, subject: string, key: Uint8Array): Buffer =>
  createHmac('sha256', key).update(`${until}.${subject}`).digest()

export const toRememberedCookie = (browser: RememberedBrowser, key: Uint8Array): string => {
  const [until, subject] = [String(browser.until), subjectOf(browser)]
  return `${until}.${subject}.${sign(until, subject, key).toString('base64url')}`
}

/**
 * True when the browser was remembered for the user by one of these methods.
 *
 * @param methodIds the methods that the user has now
 */
export const isRemembered = (
  cookie: string | undefined,
  { userId, methodIds, now }: { readonly userId: string; readonly methodIds: readonly string[]; readonly now: number },
  key: Uint8Array,
): boolean => {
  const [, until, subject, signature] = FORMAT.exec(cookie ?? '') ?? []
  if (!until || !subject || !signature) return false
  if (!timingSafeEqual(Buffer.from(signature, 'base64url'), sign(until, subject, key))) return false
  return Number(until) > now && methodIds.some(methodId => subjectOf({ userId, methodId }) === subject)
}
