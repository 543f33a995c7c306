/** APIs that tokens are issued for, and their scopes. */

import type { Selectable } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'

export interface ResourceServerRecord {
  readonly id: string
  /** The audience of its tokens. */
  readonly identifier: string
  readonly name: string
  readonly scopes: readonly string[]
  /** Seconds. */
  readonly tokenLifetime: number
  readonly allowOfflineAccess: boolean
  /** The Management API, of which each tenant has one. */
  readonly isSystem: boolean
}

const toRecord = (row: Selectable<Database['resource_servers']>): ResourceServerRecord => ({
  id: row.resource_server_id,
  identifier: row.identifier,
  name: row.name,
  scopes: row.scopes,
  tokenLifetime: row.token_lifetime,
  allowOfflineAccess: row.allow_offline_access,
  isSystem: row.is_system,
})

export const findResourceServer = async (
  db: Db,
  tenantId: TenantId,
  identifier: string,
): Promise<ResourceServerRecord | undefined> => {
  const row = await db
    .selectFrom('resource_servers')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('identifier', '=', identifier)
    .executeTakeFirst()
  return row && toRecord(row)
}

/** The tenant's Management API, also when it was created under another issuer. */
export const findSystemResourceServer = async (
  db: Db,
  tenantId: TenantId,
): Promise<ResourceServerRecord | undefined> => {
  const row = await db
    .selectFrom('resource_servers')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('is_system', '=', true)
    .executeTakeFirst()
  return row && toRecord(row)
}

export const insertResourceServer = async (db: Db, tenantId: TenantId, server: ResourceServerRecord): Promise<void> => {
  await db
    .insertInto('resource_servers')
    .values({
      tenant_id: tenantId,
      resource_server_id: server.id,
      identifier: server.identifier,
      name: server.name,
      scopes: [...server.scopes],
      token_lifetime: server.tokenLifetime,
      allow_offline_access: server.allowOfflineAccess,
      is_system: server.isSystem,
    })
    .execute()
}
