/** What the first start of a server has made of a tenant, found by its age. */

import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'

export interface FirstOfTenant {
  readonly managementClientId: string
  readonly appClientId: string
  readonly adminUserId: string
}

const oldestClient = async (db: Db, tenantId: TenantId, type: 'non_interactive' | 'regular_web'): Promise<string> => {
  const row = await db
    .selectFrom('clients')
    .select('client_id')
    .where('tenant_id', '=', tenantId)
    .where('app_type', '=', type)
    .orderBy('created_at')
    .orderBy('client_id')
    .executeTakeFirst()
  return row?.client_id ?? ''
}

/** The oldest of each kind; empty for what is not there. */
export const findFirstOfTenant = async (db: Db, tenantId: TenantId): Promise<FirstOfTenant> => {
  const [managementClientId, appClientId, administrator] = await Promise.all([
    oldestClient(db, tenantId, 'non_interactive'),
    oldestClient(db, tenantId, 'regular_web'),
    db
      .selectFrom('users')
      .select('user_id')
      .where('tenant_id', '=', tenantId)
      .where('is_administrator', '=', true)
      .orderBy('created_at')
      .orderBy('user_id')
      .executeTakeFirst(),
  ])
  return { managementClientId, appClientId, adminUserId: administrator?.user_id ?? '' }
}
