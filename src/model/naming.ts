/** Names and descriptions, which follow one rule in every noun of experimentation. */

import { text } from './text.ts'

/** No NUL, no white space at either end, one line (contract: pattern of every name and description). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the wire's own pattern
const TRIMMED = /^(?!.*\x00)\S(.*\S)?$/

const trimmed = (min: number, max: number) =>
  text(min, max).regex(TRIMMED, 'must be one line without white space at either end')

/** Unique per tenant, or per flag for variations; compared exactly. */
export const nameSchema = trimmed(3, 255)

export const descriptionSchema = trimmed(3, 1024)

/** In a change, null clears the description. */
export const descriptionChangeSchema = descriptionSchema.nullable()
