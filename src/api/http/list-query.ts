/** What the lists of experimentation have in common on the wire. */

import { z } from 'zod'

const TAKE = { minimum: 1, maximum: 50, default: 25 }

/** Parameters of every list. `take` arrives as text; only plain digits are a number, so that `1e1` or ` 5` are refused. */
export const pageQuery = {
  from: z.string().min(1).optional().meta({ description: 'The `next` of the page before.' }),
  take: z
    .string()
    .regex(/^\d{1,2}$/, `must be a whole number from ${TAKE.minimum} to ${TAKE.maximum}`)
    .transform(Number)
    .pipe(
      z
        .int()
        .min(TAKE.minimum, `must be at least ${TAKE.minimum}`)
        .max(TAKE.maximum, `must be at most ${TAKE.maximum}`),
    )
    .default(TAKE.default)
    .meta({ type: 'integer', ...TAKE, description: 'How many items a page has.' }),
}

/** Of the parameter `status`. */
export const NOT_ARCHIVED = 'Only those of this status; without it, all that are not archived.'

/** The object of one page: the items under the plural of their noun, and `next` unless it is the last page. */
export const pageSchema = (plural: string, item: z.ZodType) =>
  z.strictObject({ [plural]: z.array(item), next: z.string().optional() })

/** `{id}` of a path. Any text is taken: what is no id names nothing, so it is not found rather than malformed. */
export const idParams = z.strictObject({ id: z.string() })
