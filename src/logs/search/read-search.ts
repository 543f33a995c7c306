/** Reads the parameters `q` and `search` of a list of log events. */

import { apiError } from '../../model/error-codes.ts'
import type { LogQuery } from '../../model/log-query.ts'
import type { DialectName } from './dialect.ts'
import { parseQuery } from './parse-query.ts'

const read = (text: string | undefined, dialect: DialectName): readonly LogQuery[] => {
  if (text === undefined || text.trim() === '') return []
  const parsed = parseQuery(text, dialect)
  if (parsed.ok) return [parsed.ast]
  if (parsed.reason === 'too_long')
    throw apiError('query_too_long', `The value of \`${dialect}\` is too long: ${parsed.message}.`)
  const where = `The value of \`${dialect}\` cannot be read at position ${parsed.position}`
  throw apiError('invalid_query_string', `${where}: ${parsed.message}.`)
}

/**
 * The query that both parameters together ask for; undefined when they ask for everything.
 *
 * @throws `invalid_query_string` with the position, from 0, where a text cannot be read; `query_too_long`
 */
export const readLogSearch = (parameters: {
  readonly q?: string | undefined
  readonly search?: string | undefined
}): LogQuery | undefined => {
  const [first, second] = [...read(parameters.q, 'q'), ...read(parameters.search, 'search')]
  return first && second ? { kind: 'and', operands: [first, second] } : first
}
