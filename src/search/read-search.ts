/** Reads the parameters by which lists are searched. */

import { apiError } from '../model/error-codes.ts'
import type { LogQuery } from '../model/log-query.ts'
import type { SearchQuery } from '../model/search-query.ts'
import { DIALECTS, type Dialect } from './dialect.ts'
import { parseSearch } from './parse-search.ts'

/**
 * The query of one parameter; undefined when it is absent or blank, which asks for everything.
 *
 * @param name the parameter, for the sentence that refuses it
 * @throws `invalid_query_string` with the position, from 0, where the text cannot be read; `query_too_long`
 */
export const readSearch = <Field extends string>(
  name: string,
  text: string | undefined,
  dialect: Dialect<Field>,
): SearchQuery<Field> | undefined => {
  if (text === undefined || text.trim() === '') return undefined
  const parsed = parseSearch(text, dialect)
  if (parsed.ok) return parsed.ast
  if (parsed.reason === 'too_long')
    throw apiError('query_too_long', `The value of \`${name}\` is too long: ${parsed.message}.`)
  const where = `The value of \`${name}\` cannot be read at position ${parsed.position}`
  throw apiError('invalid_query_string', `${where}: ${parsed.message}.`)
}

/**
 * The query of the log that both parameters together ask for; undefined when they ask for everything.
 *
 * @throws `invalid_query_string`, `query_too_long`
 */
export const readLogSearch = (parameters: {
  readonly q?: string | undefined
  readonly search?: string | undefined
}): LogQuery | undefined => {
  const first = readSearch('q', parameters.q, DIALECTS.q)
  const second = readSearch('search', parameters.search, DIALECTS.search)
  return first && second ? { kind: 'and', operands: [first, second] } : (first ?? second)
}
