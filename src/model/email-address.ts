/** Email addresses as people type them and as they are looked up. */

/** Characters (RFC 5321 section 4.5.3.1.3, without the angle brackets). */
const MAX_LENGTH = 254

/** One @ with something before it and a name with a dot, or `localhost`, behind it; whether it exists only mail can tell. */
const SHAPE = /^[^\s@"(),:;<>[\\\]]+@(?:localhost|[^\s@."(),:;<>[\\\]]+(?:\.[^\s@."(),:;<>[\\\]]+)+)$/u

/** Lower case without surrounding space: the form in which addresses are unique. */
export const normalizeEmail = (typed: string): string => typed.trim().normalize('NFC').toLowerCase()

export const isEmail = (address: string): boolean =>
  address.length <= MAX_LENGTH && !/\p{Cc}/u.test(address) && SHAPE.test(address)
