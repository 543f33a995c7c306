/** Streams of an older version, whose address stands in the open in the database. */

import { sql } from 'kysely'
import type { JsonObject } from '../../../base/json.ts'
import { type TenantId, toTenantId } from '../../../model/ids.ts'
import type { Db } from '../../database/database.ts'

export interface OpenStreamSettings {
  readonly tenantId: TenantId
  readonly id: string
  readonly type: string
  readonly sink: JsonObject
  readonly sealedSecrets: string
}

/** The first such streams behind a place, of all tenants; the index that finds them is otherwise empty. */
export const listOpenAddresses = async (
  db: Db,
  { after, take }: { readonly after: Pick<OpenStreamSettings, 'tenantId' | 'id'> | undefined; readonly take: number },
): Promise<readonly OpenStreamSettings[]> => {
  const rows = await db
    .selectFrom('log_streams')
    .select(['tenant_id', 'log_stream_id', 'type', 'sink', 'sealed_secrets'])
    .where(sql<boolean>`sink ? 'httpEndpoint'`)
    .$if(after !== undefined, query =>
      query.where(sql<boolean>`(tenant_id, log_stream_id) > (${after?.tenantId}, ${after?.id})`),
    )
    .orderBy('tenant_id')
    .orderBy('log_stream_id')
    .limit(take)
    .execute()
  return rows.map(row => ({
    tenantId: toTenantId(row.tenant_id),
    id: row.log_stream_id,
    type: row.type,
    sink: row.sink as JsonObject, // jsonb
    sealedSecrets: row.sealed_secrets,
  }))
}

/** Replaces what is kept, unless the stream has been changed since it was read. */
export const replaceKeptSettings = async (
  db: Db,
  { tenantId, id, sealedSecrets }: OpenStreamSettings,
  kept: { readonly sink: JsonObject; readonly sealedSecrets: string },
): Promise<void> => {
  await db
    .updateTable('log_streams')
    .set({ sink: JSON.stringify(kept.sink), sealed_secrets: kept.sealedSecrets })
    .where('tenant_id', '=', tenantId)
    .where('log_stream_id', '=', id)
    .where('sealed_secrets', '=', sealedSecrets)
    .execute()
}
