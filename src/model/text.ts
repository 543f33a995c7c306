/** Text that a caller states, its length counted in characters. */

import { z } from 'zod'
import { isLongerThan } from '../base/characters.ts'

/** What is wrong with the length of a text; undefined when nothing is. */
const lengthProblem = (text: string, min: number, max: number): string | undefined => {
  if (min === 1 && text === '') return 'must not be empty'
  if (min > 0 && !isLongerThan(text, min - 1)) return `must have at least ${min} characters`
  return isLongerThan(text, max) ? `must have at most ${max} characters` : undefined
}

/**
 * Text of `min` to `max` characters. They are code points, as in JSON Schema (draft 2020-12 validation, section 6.3.1):
 * the lengths of zod are UTF-16 units, by which the schema that is published would not be the one that is obeyed.
 */
export const text = (min: number, max: number) =>
  z
    .string()
    .superRefine((value, context) => {
      const message = lengthProblem(value, min, max)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
    .meta({ ...(min > 0 && { minLength: min }), maxLength: max })
