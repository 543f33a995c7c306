/** Email addresses as people type them and as they are looked up. */

import { isLongerThan } from '../base/characters.ts'

/** Characters (RFC 5321 section 4.5.3.1.3, without the angle brackets). */
const MAX_LENGTH = 254

/** One @ with something before it and a name with a dot, or `localhost`, behind it; whether it exists only mail can tell. */
const SHAPE = /^[^\s@"(),:;<>[\\\]]+@(?:localhost|[^\s@."(),:;<>[\\\]]+(?:\.[^\s@."(),:;<>[\\\]]+)+)$/u

/**
 * What is not seen, or moves what is seen: controls, formats (zero-width characters, marks of direction, the soft hyphen),
 * private and unassigned characters, separators, fillers, variation selectors. Two addresses that differ in these alone
 * look the same to every reader of a page, a log or a list of users (UTS #39 section 3).
 */
const INVISIBLE = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u

/** Composed (NFC), in lower case, without surrounding space: the form in which addresses are unique. */
export const normalizeEmail = (typed: string): string => typed.trim().normalize('NFC').toLowerCase()

/** @param address normalised */
export const isEmail = (address: string): boolean =>
  !isLongerThan(address, MAX_LENGTH) && !INVISIBLE.test(address) && SHAPE.test(address)
