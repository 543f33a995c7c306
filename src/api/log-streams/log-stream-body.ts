/** What callers state of a log stream, per type of destination. */

import { z } from 'zod'
import { SINKS, UNSUPPORTED_SINKS } from '../../logs/sinks/index.ts'
import type { Sink } from '../../logs/sinks/sink.ts'
import {
  LOG_STREAM_STATUSES,
  logStreamFiltersSchema,
  logStreamNameSchema,
  piiConfigSchema,
} from '../../model/log-stream.ts'

const settings = {
  name: logStreamNameSchema.optional(),
  isPriority: z.boolean().optional(),
  filters: logStreamFiltersSchema.optional(),
  pii_config: piiConfigSchema.optional(),
}

const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/

/** The parser of dates takes the 30th of February for the 2nd of March. */
const isDate = (text: string): boolean => {
  const day = Date.parse(text.slice(0, 10))
  if (Number.isNaN(day) || Number.isNaN(Date.parse(text))) return false
  return new Date(day).toISOString().slice(0, 10) === text.slice(0, 10)
}

/** A day, or an instant with its zone; what lies in the future is told apart later, by the clock. */
const startFrom = z
  .string()
  .regex(DATE, 'must be an ISO 8601 date, such as 2026-11-20T12:00:00.000Z')
  .refine(isDate, 'is not a date that exists')

const creationOf = (type: string, sink: z.ZodType) =>
  z
    .strictObject({
      type: z.literal(type),
      sink,
      ...settings,
      startFrom: startFrom.optional().meta({ description: 'The moment of the first event; the next one when absent.' }),
    })
    .meta({ id: `LogStreamCreation_${type}` })

/** Types that are refused are read so far that the refusal can say what to use instead. */
const creations = [
  ...Object.entries<Sink>(SINKS).map(([type, { schema }]) => creationOf(type, schema)),
  ...Object.keys(UNSUPPORTED_SINKS).map(type => creationOf(type, z.looseObject({}))),
]

/** The known types, for the sentence that names them. */
const TYPES = [...Object.keys(SINKS), ...Object.keys(UNSUPPORTED_SINKS)]

export const logStreamCreationSchema = z
  .discriminatedUnion('type', creations as [(typeof creations)[number], ...typeof creations], {
    error: issue => (issue.code === 'invalid_union' ? `must have a type: ${TYPES.join(', ')}` : undefined),
  }) // the table has entries
  .meta({ id: 'LogStreamCreation' })

export type LogStreamCreation = z.output<typeof logStreamCreationSchema>

/** In a change, secrets may be left out: they stay as they are. An address of which the query alone is secret may not. */
export const sinkChangeOf = ({ schema, secrets }: Sink): z.ZodObject =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(schema.shape).map(([field, type]) => [
        field,
        Object.hasOwn(secrets, field) && secrets[field] !== 'query'
          ? (type as z.ZodType).optional()
          : (type as z.ZodType), // any zod type
      ]),
    ),
  )

/** Which of the forms it must be is known when the stream is. */
export const logStreamChangeSchema = z
  .strictObject({
    ...settings,
    status: z.enum(LOG_STREAM_STATUSES).optional(),
    // The schema of the wire has no null here, and the wire's own command line sends it.
    pii_config: piiConfigSchema.nullable().optional().meta({ description: 'Null removes it.' }),
    sink: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'Replaces the settings of the sink; secrets that are left out stay as they are.' }),
  })
  .meta({ id: 'LogStreamChange' })

export type LogStreamChange = z.output<typeof logStreamChangeSchema>
