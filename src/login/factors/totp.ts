/** Time-based one-time passwords (RFC 6238), as every authenticator app makes them: SHA-1, six digits, 30 seconds. */

import { Secret, TOTP } from 'otpauth'

const PERIOD_SECONDS = 30

/** Steps to either side that clocks may be wrong by (RFC 6238 section 5.2). */
const WINDOW = 1

const CODE = /^\d{6}$/

const withoutSpaces = (typed: string): string => typed.replace(/\s/g, '')

/** True for what could be a code; anything else is a slip of the finger and no attempt. */
export const isTotpCode = (typed: string): boolean => CODE.test(withoutSpaces(typed))

const totpOf = (secret: string, names: { readonly issuer?: string; readonly label?: string } = {}): TOTP =>
  new TOTP({ ...names, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS })

/** The address that a QR code carries into an app (Key URI Format). */
export const totpUri = (
  secret: string,
  { issuer, account }: { readonly issuer: string; readonly account: string },
): string => totpOf(secret, { issuer: issuer.replaceAll(':', ' '), label: account }).toString()

/**
 * The time step that a code belongs to; undefined when it belongs to none of the three around `at`. The caller makes
 * sure that a step is used once.
 *
 * @param typed spaces do not matter
 * @param at milliseconds since 1970
 */
export const matchTotp = (secret: string, typed: string, at: number): number | undefined => {
  if (!isTotpCode(typed)) return undefined
  const token = withoutSpaces(typed)
  const delta = totpOf(secret).validate({ token, timestamp: at, window: WINDOW })
  return delta === null ? undefined : Math.floor(at / 1000 / PERIOD_SECONDS) + delta
}
