/**
 * The browser cookie: a random secret that ties each login transaction to the browser that began it, so that
 * no attacker can make another browser submit, or continue, the attacker's own login (login CSRF, RFC 6749 section 10.12).
 */

import { createHash, timingSafeEqual } from 'node:crypto'
import { type RandomBytes, randomBase58 } from '../../base/random.ts'

const LENGTH = 32
const FORMAT = /^[1-9A-HJ-NP-Za-km-z]{32}$/

/** The secret of a cookie; undefined when the cookie is absent or malformed. */
export const parseBrowserSecret = (value: string | undefined): string | undefined =>
  value !== undefined && FORMAT.test(value) ? value : undefined

export const createBrowserSecret = (random: RandomBytes): string => randomBase58(LENGTH, random)

const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** What a transaction keeps of the secret. */
export const toBrowserHash = (secret: string): string => digest(secret).toString('base64url')

/** True when the cookie is of the browser that a transaction was begun in. */
export const isSameBrowser = (cookie: string | undefined, browserHash: string): boolean => {
  const secret = parseBrowserSecret(cookie)
  const expected = Buffer.from(browserHash, 'base64url')
  if (secret === undefined || expected.length !== 32) return false
  return timingSafeEqual(digest(secret), expected)
}
