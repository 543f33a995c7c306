/** Connections: where users come from. */

import type { TenantId } from '../../model/ids.ts'
import { NEW_CONNECTION_OPTIONS } from '../../model/password-dictionary.ts'
import type { Db } from '../database/database.ts'

export interface ConnectionRecord {
  readonly id: string
  readonly name: string
  readonly strategy: string
  readonly options: Readonly<Record<string, unknown>>
}

export const findConnection = async (
  db: Db,
  tenantId: TenantId,
  name: string,
): Promise<ConnectionRecord | undefined> => {
  const row = await db
    .selectFrom('connections')
    .select(['connection_id', 'name', 'strategy', 'options'])
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row && { id: row.connection_id, name: row.name, strategy: row.strategy, options: row.options }
}

/** @param connection without options it gets those of every new one */
export const insertConnection = async (
  db: Db,
  tenantId: TenantId,
  connection: Omit<ConnectionRecord, 'options'> & Partial<Pick<ConnectionRecord, 'options'>>,
): Promise<void> => {
  await db
    .insertInto('connections')
    .values({
      tenant_id: tenantId,
      connection_id: connection.id,
      name: connection.name,
      strategy: connection.strategy,
      options: JSON.stringify(connection.options ?? NEW_CONNECTION_OPTIONS),
    })
    .execute()
}
