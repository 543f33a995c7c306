/** What the lists of experimentation have in common on the wire. */

import { z } from 'zod'

/** `take` arrives as text; only plain digits are a number, so that `1e1` or ` 5` are refused. */
export const pageQuery = {
  from: z.string().min(1).optional().meta({ description: 'The `next` of the page before.' }),
  take: z
    .string()
    .regex(/^\d{1,2}$/, 'must be a whole number from 1 to 50')
    .transform(Number)
    .pipe(z.int().min(1, 'must be at least 1').max(50, 'must be at most 50'))
    .default(25)
    .meta({ type: 'integer', description: 'How many items a page has; 25 when absent.' }),
}

/** The object of one page: the items under the plural of their noun, and `next` unless it is the last page. */
export const pageSchema = (plural: string, item: z.ZodType) =>
  z.strictObject({ [plural]: z.array(item), next: z.string().optional() })

/** `{id}` of a path. Any text is taken: what is no id names nothing, so it is not found rather than malformed. */
export const idParams = z.strictObject({ id: z.string() })
