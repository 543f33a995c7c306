/** Answers of which callers name the members that they want, or do not want. */

import { z } from 'zod'
import { flag } from './query-values.ts'

/** Lists and single answers can be cut down to some members. */
export const fieldsQuery = {
  fields: z
    .string()
    .regex(/^[\w,]{1,1000}$/, 'must be names of fields, separated by commas')
    .transform(text => new Set(text.split(',')))
    .optional()
    .meta({ type: 'string', description: 'Fields to return, or to leave out.' }),
  include_fields: flag('Whether `fields` are returned (the default) or left out.').default(true),
}

/** Which members of an answer are wanted; all of them when `fields` is absent. */
export interface FieldChoice {
  readonly fields?: ReadonlySet<string> | undefined
  readonly include_fields?: boolean | undefined
}

/** The members of an object that are there and wanted. */
export const chooseFields = (
  whole: Readonly<Record<string, unknown>>,
  { fields, include_fields = true }: FieldChoice,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(whole).filter(
      ([name, value]) => value !== undefined && (!fields || fields.has(name) === include_fields),
    ),
  )
