/** Connections as administrators list and change them. */

import { type Selectable, sql } from 'kysely'
import { apiError } from '../../model/error-codes.ts'
import type { ConfigurationRead, ConfigurationWrite } from '../database/configuration-write.ts'
import { decodeCursor, type List, type Page, toPage } from '../database/cursor.ts'
import type { Database } from '../database/schema.ts'
import { isStorable } from '../database/storable-text.ts'
import type { ConnectionRecord } from './connection-store.ts'

const COLUMNS = ['connection_id', 'name', 'strategy', 'options', 'created_at'] as const

type Row = Pick<Selectable<Database['connections']>, (typeof COLUMNS)[number]>

const toRecord = (row: Row): ConnectionRecord => ({
  id: row.connection_id,
  name: row.name,
  strategy: row.strategy,
  options: row.options,
})

export interface ConnectionFilter {
  readonly name?: string | undefined
  readonly strategy?: string | undefined
}

const filtered = ({ db, tenantId }: ConfigurationRead, { name, strategy }: ConnectionFilter) =>
  db
    .selectFrom('connections')
    .where('tenant_id', '=', tenantId)
    .$if(name !== undefined, query => query.where('name', '=', name ?? ''))
    .$if(strategy !== undefined, query => query.where('strategy', '=', strategy ?? ''))

/** A page by its number, in the order of creation. */
export const listConnections = async (
  read: ConfigurationRead,
  filter: ConnectionFilter,
  { skip, take }: { readonly skip: number; readonly take: number },
): Promise<readonly ConnectionRecord[]> => {
  const rows = await filtered(read, filter)
    .select(COLUMNS)
    .orderBy('created_at')
    .orderBy('connection_id')
    .limit(take)
    .offset(skip)
    .execute()
  return rows.map(toRecord)
}

export const countConnections = async (read: ConfigurationRead, filter: ConnectionFilter): Promise<number> => {
  const { count } = await filtered(read, filter)
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/**
 * The page after a cursor, in the order of creation.
 *
 * @throws `invalid_cursor`
 */
export const listConnectionsAfter = async (
  read: ConfigurationRead,
  filter: ConnectionFilter,
  { from, take }: { readonly from?: string | undefined; readonly take: number },
): Promise<Page<ConnectionRecord>> => {
  const list: List = { tenantId: read.tenantId, name: 'connections' }
  const after = from === undefined ? undefined : decodeCursor(list, from)
  const rows = await filtered(read, filter)
    .select(COLUMNS)
    .$if(after !== undefined, query =>
      query.where(sql<boolean>`(created_at, connection_id) > (${after?.createdAt}, ${after?.id})`),
    )
    .orderBy('created_at')
    .orderBy('connection_id')
    .limit(take + 1)
    .execute()
  return toPage(list, rows, take, {
    position: row => ({ createdAt: row.created_at, id: row.connection_id }),
    item: toRecord,
  })
}

const inexistent = (id: string) =>
  apiError('inexistent_connection', `There is no connection ${JSON.stringify(id.slice(0, 64))}.`)

/** @throws `inexistent_connection` */
export const loadConnection = async ({ db, tenantId }: ConfigurationRead, id: string): Promise<ConnectionRecord> => {
  const row = isStorable(id)
    ? await db
        .selectFrom('connections')
        .select(COLUMNS)
        .where('tenant_id', '=', tenantId)
        .where('connection_id', '=', id)
        .executeTakeFirst()
    : undefined
  if (!row) throw inexistent(id)
  return toRecord(row)
}

/**
 * Replaces the options of a connection; the database announces it to every server.
 *
 * @throws `inexistent_connection`
 */
export const replaceConnectionOptions = async (
  { db, tenantId }: ConfigurationWrite,
  id: string,
  options: ConnectionRecord['options'],
): Promise<ConnectionRecord> => {
  const row = await db
    .updateTable('connections')
    .set({ options: JSON.stringify(options) })
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirst()
  if (!row) throw inexistent(id)
  return toRecord(row)
}
