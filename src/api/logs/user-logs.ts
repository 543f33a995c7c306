/** `/users/{id}/logs`: the events of one user. */

import { z } from 'zod'
import type { LogQuery } from '../../model/log-query.ts'
import { readLogSearch } from '../../search/read-search.ts'
import { logCondition } from '../../store/logs/log-condition.ts'
import { idParams } from '../http/list-query.ts'
import { type Operation, operation } from '../http/operation.ts'
import { flag, wholeNumber } from '../http/query-values.ts'
import { listLogPage, logListSchema } from './log-page.ts'
import { searchQuery, sortBy } from './log-query.ts'

/** The index of a user's events ends in the date; in another order all of them would be read for each page. */
const userLogQuery = z.strictObject({
  page: wholeNumber(0, 999_999, 'Number of the page, from 0.').default(0),
  per_page: wholeNumber(1, 100, 'Events of a page; 50 when absent.').default(50),
  sort: sortBy(['date'])
    .default({ by: 'date', direction: 'desc' })
    .meta({ type: 'string', default: 'date:-1', description: 'Order of the pages; the newest first when absent.' }),
  include_totals: flag('Whether the answer is an object with `start`, `limit`, `length`, `total`.').default(false),
  ...searchQuery,
})

/** The user's events among those that the search finds. */
const ofUser = (id: string, search: LogQuery | undefined): LogQuery => {
  const user: LogQuery = { kind: 'test', field: 'user_id', match: { kind: 'exact', value: id } }
  return search ? { kind: 'and', operands: [user, search] } : user
}

export const userLogOperations: readonly Operation[] = [
  operation({
    id: 'get_logs_by_user',
    method: 'get',
    path: '/users/{id}/logs',
    summary: "List a user's log events",
    tag: 'logs',
    scopes: ['read:logs', 'read:logs_users'],
    params: idParams,
    query: userLogQuery,
    success: { status: 200, schema: logListSchema },
    errors: ['query_too_long', 'query_too_slow'],
    // Users who are gone still have events, so an unknown id is an empty list rather than an error.
    run: (api, { params: { id }, query: { page, per_page, sort, include_totals, ...search } }) =>
      listLogPage(
        api,
        { skip: page * per_page, take: per_page, sort },
        {
          where: logCondition(ofUser(id, readLogSearch(search))),
          hasTotals: include_totals,
          further: 'ask `/logs` with `q=user_id:"…" AND date:[… TO …]`',
        },
      ),
  }),
]
