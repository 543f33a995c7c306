/** Parses the text of a query of the tenant log. */

import type { LogFieldName } from '../model/log-field.ts'
import { DIALECTS, type DialectName } from './dialect.ts'
import { type ParsedSearch, parseSearch } from './parse-search.ts'

/**
 * Parses a query of the log. Never throws.
 *
 * @param dialect `q` as documented for log search, or the older `search`
 */
export const parseQuery = (text: string, dialect: DialectName = 'q'): ParsedSearch<LogFieldName> =>
  parseSearch(text, DIALECTS[dialect])
