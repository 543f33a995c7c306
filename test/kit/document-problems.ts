/** Compares a document with the table of events: what its type promises, and nothing else. */

import { isJsonObject, type JsonObject } from '../../src/base/json.ts'
import type { LogEventType } from '../../src/logs/events/define-events.ts'
import { ALWAYS, ANYWHERE } from '../../src/logs/events/fields.ts'

/** The paths of a document, two levels deep: `details` is not a path itself, its keys are. */
const pathsOf = (document: JsonObject): string[] =>
  Object.entries(document).flatMap(([key, value]) =>
    key === 'details' && isJsonObject(value) ? Object.keys(value).map(inner => `details.${inner}`) : [key],
  )

/** What is missing in a document, or has no place in it, as sentences; empty when it fits its type. */
export const documentProblems = (document: JsonObject, type: LogEventType): readonly string[] => {
  const present = new Set(pathsOf(document))
  const required = [...ALWAYS, ...type.required]
  const allowed = new Set<string>([...required, ...ANYWHERE, ...type.optional])
  return [
    ...required.filter(path => !present.has(path)).map(path => `${type.type} lacks ${path}`),
    ...[...present].filter(path => !allowed.has(path)).map(path => `${type.type} has no field ${path}`),
  ]
}
