/** What a password must be like. */

/** Length counts more than kinds of characters (NIST SP 800-63B section 5.1.1.2). */
const MIN_CHARACTERS = 8

/** Bytes of UTF-8. Argon2 takes any length; the limit keeps the work per request bounded. */
const MAX_BYTES = 256

/** Why a new password is refused, in words for the person who chose it; undefined when it is fine. */
export const passwordProblem = (password: string, email: string): string | undefined => {
  if ([...password].length < MIN_CHARACTERS) return `Use at least ${MIN_CHARACTERS} characters.`
  if (isTooLong(password)) return `Use at most ${MAX_BYTES} characters.`
  if (password.trim() === '') return 'Use more than spaces.'
  if (password.toLowerCase() === email) return 'Use something other than your email address.'
  return undefined
}

/** True for what cannot be anybody's password, so that it is not hashed. */
export const isTooLong = (password: string): boolean => Buffer.byteLength(password) > MAX_BYTES
