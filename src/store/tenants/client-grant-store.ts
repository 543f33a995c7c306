/** Which application may call which API, and with which scopes. */

import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'

export interface ClientGrantRecord {
  readonly id: string
  readonly clientId: string
  /** The identifier of the API. */
  readonly audience: string
  readonly scopes: readonly string[]
}

export const findClientGrant = async (
  db: Db,
  tenantId: TenantId,
  clientId: string,
  audience: string,
): Promise<ClientGrantRecord | undefined> => {
  const row = await db
    .selectFrom('client_grants')
    .select(['client_grant_id', 'scopes'])
    .where('tenant_id', '=', tenantId)
    .where('client_id', '=', clientId)
    .where('audience', '=', audience)
    .executeTakeFirst()
  return row && { id: row.client_grant_id, clientId, audience, scopes: row.scopes }
}

export const insertClientGrant = async (db: Db, tenantId: TenantId, grant: ClientGrantRecord): Promise<void> => {
  await db
    .insertInto('client_grants')
    .values({
      tenant_id: tenantId,
      client_grant_id: grant.id,
      client_id: grant.clientId,
      audience: grant.audience,
      scopes: [...grant.scopes],
    })
    .execute()
}
