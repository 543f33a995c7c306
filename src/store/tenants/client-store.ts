/** Applications: who may ask for tokens, how they prove themselves and where they may send the browser. */

import { type Selectable, sql } from 'kysely'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'
import type { Database } from '../database/schema.ts'

type ClientRow = Selectable<Database['clients']>

export interface ClientRecord {
  readonly clientId: string
  readonly name: string
  readonly appType: ClientRow['app_type']
  /** Absent for public clients. */
  readonly sealedSecret: string | undefined
  readonly tokenEndpointAuthMethod: ClientRow['token_endpoint_auth_method']
  readonly grantTypes: readonly string[]
  readonly callbacks: readonly string[]
  readonly allowedLogoutUrls: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  /** Where the application begins a login; undefined where it does not say (OpenID Connect Core 1.0 section 4). */
  readonly initiateLoginUri?: string | undefined
}

const toRecord = (row: ClientRow): ClientRecord => ({
  clientId: row.client_id,
  name: row.name,
  appType: row.app_type,
  sealedSecret: row.sealed_client_secret ?? undefined,
  tokenEndpointAuthMethod: row.token_endpoint_auth_method,
  grantTypes: row.grant_types,
  callbacks: row.callbacks,
  allowedLogoutUrls: row.allowed_logout_urls,
  metadata: row.client_metadata,
  initiateLoginUri: row.initiate_login_uri ?? undefined,
})

export const findClient = async (db: Db, tenantId: TenantId, clientId: string): Promise<ClientRecord | undefined> => {
  const row = await db
    .selectFrom('clients')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('client_id', '=', clientId)
    .executeTakeFirst()
  return row && toRecord(row)
}

export const insertClient = async (db: Db, tenantId: TenantId, client: ClientRecord): Promise<void> => {
  await db
    .insertInto('clients')
    .values({
      tenant_id: tenantId,
      client_id: client.clientId,
      name: client.name,
      app_type: client.appType,
      sealed_client_secret: client.sealedSecret ?? null,
      token_endpoint_auth_method: client.tokenEndpointAuthMethod,
      grant_types: [...client.grantTypes],
      callbacks: [...client.callbacks],
      allowed_logout_urls: [...client.allowedLogoutUrls],
      client_metadata: JSON.stringify(client.metadata),
      initiate_login_uri: client.initiateLoginUri ?? null,
    })
    .execute()
}

/** Changes a client; false when there is none. */
export const updateClient = async (
  db: Db,
  tenantId: TenantId,
  clientId: string,
  change: Partial<Pick<ClientRecord, 'callbacks' | 'allowedLogoutUrls'>> & { readonly sealedSecret?: string },
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('clients')
    .set({
      ...(change.callbacks && { callbacks: [...change.callbacks] }),
      ...(change.allowedLogoutUrls && { allowed_logout_urls: [...change.allowedLogoutUrls] }),
      ...(change.sealedSecret !== undefined && { sealed_client_secret: change.sealedSecret }),
      updated_at: sql`now()`,
    })
    .where('tenant_id', '=', tenantId)
    .where('client_id', '=', clientId)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
