/** The keys that sign a tenant's tokens; private parts are sealed before they come here. */

import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../database/database.ts'

export type SigningKeyStatus = 'current' | 'next' | 'previous'

export interface SigningKeyRecord {
  readonly kid: string
  readonly status: SigningKeyStatus
  readonly sealedPrivateJwk: string
}

const ORDER: Record<SigningKeyStatus, number> = { current: 0, next: 1, previous: 2 }

/** Every key of the tenant, the current one first: tokens of each of them must verify. */
export const listSigningKeys = async (db: Db, tenantId: TenantId): Promise<readonly SigningKeyRecord[]> => {
  const rows = await db
    .selectFrom('signing_keys')
    .select(['kid', 'status', 'sealed_private_jwk'])
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at', 'desc')
    .orderBy('kid')
    .execute()
  return rows
    .map(row => ({ kid: row.kid, status: row.status, sealedPrivateJwk: row.sealed_private_jwk }))
    .sort((a, b) => ORDER[a.status] - ORDER[b.status])
}

export const insertSigningKey = async (db: Db, tenantId: TenantId, key: SigningKeyRecord): Promise<void> => {
  await db
    .insertInto('signing_keys')
    .values({ tenant_id: tenantId, kid: key.kid, status: key.status, sealed_private_jwk: key.sealedPrivateJwk })
    .execute()
}
