/** Lists of a tenant's users. */

import { type Expression, type SqlBool, sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { UserFieldName } from '../../model/user-field.ts'
import type { ConfigurationRead } from '../database/configuration-write.ts'
import type { Db } from '../database/database.ts'
import { USER_EXPRESSIONS } from './user-condition.ts'
import { toUserRecord, USER_COLUMNS, type UserRecord } from './user-store.ts'

export interface UserSort {
  readonly by: UserFieldName
  readonly direction: 'asc' | 'desc'
}

export interface UserSelection {
  readonly tenantId: TenantId
  /** On the columns of an unaliased `users`; all of the tenant's when absent. */
  readonly where?: Expression<SqlBool> | undefined
  readonly connectionId?: string | undefined
}

const selected = (db: Db, { tenantId, where, connectionId }: UserSelection) =>
  db
    .selectFrom('users')
    .where('tenant_id', '=', tenantId)
    .$if(connectionId !== undefined, query => query.where('connection_id', '=', connectionId ?? ''))
    .$if(where !== undefined, query => query.where(where ?? sql<SqlBool>`true`))

/** Who never was there stands last among the newest. */
const orderOf = ({ by, direction }: UserSort) => {
  const nulls = direction === 'asc' ? 'nulls first' : 'nulls last'
  return sql`${USER_EXPRESSIONS.get(by)} ${sql.raw(by === 'last_login' ? `${direction} ${nulls}` : direction)}`
}

/** One page of users; those that are equal in the order are ordered by their ids. */
export const listUsersPage = async (
  db: Db,
  {
    skip,
    take,
    sort,
    ...selection
  }: UserSelection & { readonly skip: number; readonly take: number; readonly sort: UserSort },
): Promise<readonly UserRecord[]> => {
  const rows = await selected(db, selection)
    .select(USER_COLUMNS)
    .orderBy(orderOf(sort))
    .orderBy('user_id', sort.direction)
    .limit(take)
    .offset(skip)
    .execute()
  return rows.map(toUserRecord)
}

/** How many users there are; it reads each of them, in an index. */
export const countUsers = async (db: Db, selection: UserSelection): Promise<number> => {
  const row = await selected(db, selection).select(sql<string>`count(*)`.as('count')).executeTakeFirstOrThrow()
  return Number(row.count)
}

/** The names of connections by their ids. */
export const connectionNames = async (
  { db, tenantId }: ConfigurationRead,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> => {
  const rows = await db
    .selectFrom('connections')
    .select(['connection_id', 'name'])
    .where('tenant_id', '=', tenantId)
    .where('connection_id', 'in', [...ids, ''])
    .execute()
  return new Map(rows.map(row => [row.connection_id, row.name]))
}
