/** A parsed query of the tenant log. */

import type { LogFieldName } from './log-field.ts'
import type { SearchMatch, SearchQuery } from './search-query.ts'

/** Text is compared by case, and in ranges by code points. */
export type LogMatch = SearchMatch

export type LogQuery = SearchQuery<LogFieldName>
