/** Lists users by pages, by a search, by an address. */

import { normalizeEmail } from '../../model/email-address.ts'
import { apiError } from '../../model/error-codes.ts'
import type { SearchQuery } from '../../model/search-query.ts'
import type { UserSearchField } from '../../model/user-field.ts'
import { readSearch } from '../../search/read-search.ts'
import { isStorable } from '../../store/database/storable-text.ts'
import { withTimeLimit } from '../../store/database/time-limit.ts'
import { findConnection } from '../../store/tenants/connection-store.ts'
import { userCondition } from '../../store/users/user-condition.ts'
import { countUsers, listUsersPage } from '../../store/users/user-search-store.ts'
import type { ApiContext } from '../http/api-context.ts'
import type { FieldChoice } from '../http/field-choice.ts'
import { showUsers } from './user-answer.ts'
import { USER_DIALECT } from './user-dialect.ts'
import type { UserListQuery } from './user-query.ts'

/** The depth of numbered pages: each of them reads and drops all users before it. */
const MAX_PAGED = 1_000

/** Milliseconds: a search can be written that has to look at every user. */
const SEARCH_LIMIT_MS = 5_000

const refuseDeepPage = ({ page, per_page }: UserListQuery): void => {
  if ((page + 1) * per_page <= MAX_PAGED) return
  const further = 'go on with `sort=created_at:1` and `q=created_at:[… TO *]` from the last one'
  throw apiError('invalid_query_string', `Pages reach the first ${MAX_PAGED} users only; ${further}.`)
}

/** @returns null when there is no such connection, so that no user belongs to it */
const connectionIdOf = async (api: ApiContext, name: string | undefined): Promise<string | null | undefined> => {
  if (name === undefined) return undefined
  const connection = isStorable(name) ? await findConnection(api.db, api.tenant.tenantId, name) : undefined
  return connection?.id ?? null
}

/**
 * One page of users, by itself or with how many there are in all.
 *
 * @throws `invalid_query_string`, `query_too_long`, `query_too_slow`
 */
export const listUsers = async (api: ApiContext, query: UserListQuery): Promise<object> => {
  refuseDeepPage(query)
  const search = readSearch('q', query.q, USER_DIALECT)
  const connectionId = await connectionIdOf(api, query.connection)
  const { page, per_page: take, sort, include_totals } = query
  const skip = page * take
  const selection = {
    tenantId: api.tenant.tenantId,
    where: search && userCondition(search),
    connectionId: connectionId ?? undefined,
  }
  const [found, total] =
    connectionId === null
      ? [[], 0]
      : await withTimeLimit(
          api.db,
          SEARCH_LIMIT_MS,
          async db => [
            await listUsersPage(db, { ...selection, skip, take, sort }),
            include_totals ? await countUsers(db, selection) : 0,
          ],
          'narrow it by an address, a name, a date or metadata',
        )
  const users = await showUsers(api, found, query)
  return include_totals ? { start: skip, limit: take, length: users.length, total, users } : users
}

/** Addresses are unique per connection; a tenant has fewer connections than this. */
const MAX_BY_EMAIL = 100

/** The users of an address, of whichever connection. */
export const listUsersByEmail = async (api: ApiContext, email: string, choice: FieldChoice): Promise<object> => {
  if (!isStorable(email)) return []
  const query: SearchQuery<UserSearchField> = {
    kind: 'test',
    field: 'email',
    match: { kind: 'exact', value: normalizeEmail(email) },
  }
  const found = await listUsersPage(api.db, {
    tenantId: api.tenant.tenantId,
    where: userCondition(query),
    skip: 0,
    take: MAX_BY_EMAIL,
    sort: { by: 'created_at', direction: 'asc' },
  })
  return showUsers(api, found, choice)
}
