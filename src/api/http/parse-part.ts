/** Checks a part of a request against its schema and names the failure by the part. */

import { apiError, type ErrorCode } from '../../model/error-codes.ts'
import type { ParsePart } from './operation.ts'
import { describeSchemaProblem } from './schema-problem.ts'

const FAILURE = {
  params: { code: 'invalid_uri', name: 'path' },
  query: { code: 'invalid_query_string', name: 'query string' },
  body: { code: 'invalid_body', name: 'body' },
} as const satisfies Record<string, { code: ErrorCode; name: string }>

export const parsePart: ParsePart = (part, schema, value) => {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { code, name } = FAILURE[part]
  throw apiError(code, `The ${name} does not fit the schema: ${describeSchemaProblem(result.error, value)}.`)
}

/** The query string as an object. A parameter that is given twice is refused rather than guessed. */
export const readQuery = (url: URL): Record<string, string> => {
  const query: Record<string, string> = Object.create(null)
  for (const [name, value] of url.searchParams) {
    if (name in query)
      throw apiError('invalid_query_string', `The query parameter ${JSON.stringify(name)} is repeated.`)
    if (`${name}${value}`.includes('\0')) throw apiError('invalid_query_string', 'The query string contains NUL.')
    query[name] = value
  }
  return query
}
