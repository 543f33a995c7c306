/** What an administrator's login can be turned into. */

import { sql } from 'kysely'
import type { ConfigurationRead } from '../database/configuration-write.ts'

/** Every scope of the Management API that some application gets when an administrator logs in to it. */
export const administratorScopes = async ({ db, tenantId }: ConfigurationRead): Promise<readonly string[]> => {
  const { rows } = await sql<{ scope: string }>`
    select distinct unnest(g.scopes) as scope
    from client_grants g
    join resource_servers r on r.tenant_id = g.tenant_id and r.identifier = g.audience and r.is_system
    join clients c on c.tenant_id = g.tenant_id and c.client_id = g.client_id
    where g.tenant_id = ${tenantId} and 'authorization_code' = any (c.grant_types)`.execute(db)
  return rows.map(({ scope }) => scope)
}
