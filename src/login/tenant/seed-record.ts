/** What the first start made of a tenant, and which settings were last applied to it. */

import { isJsonObject, parseJson } from '../../base/json.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../../store/database/database.ts'
import { findFirstOfTenant } from '../../store/tenants/first-of-tenant-store.ts'
import { findTenantSecret, saveTenantSecret } from '../../store/tenants/tenant-store.ts'

/** The settings that a later start applies when they have changed. */
export type AppliedSetting =
  | 'MANAGEMENT_CLIENT_SECRET'
  | 'APP_CLIENT_SECRET'
  | 'APP_CALLBACKS'
  /** From which the address of the callback page follows. */
  | 'ISSUER'
  | 'ADMIN_EMAIL'
  | 'ADMIN_PASSWORD'

export interface SeedRecord {
  readonly managementClientId: string
  readonly appClientId: string
  readonly adminUserId: string
  /** The texts that were applied last; of the password, its hash. Empty in a database of an earlier version. */
  readonly applied: { readonly [Setting in AppliedSetting]?: string }
}

/** Sealed, because secrets are in it. */
const NAME = 'seed_record'

const contextOf = (tenantId: TenantId): string => `tenant_secrets:${tenantId}:${NAME}`

export const saveSeedRecord = (db: Db, tenantId: TenantId, secretBox: SecretBox, record: SeedRecord): Promise<void> =>
  saveTenantSecret(db, tenantId, NAME, secretBox.seal(JSON.stringify(record), contextOf(tenantId)))

/** The record, also of a tenant from before there were records: there, what is oldest is what the first start made. */
export const loadSeedRecord = async (db: Db, tenantId: TenantId, secretBox: SecretBox): Promise<SeedRecord> => {
  const sealed = await findTenantSecret(db, tenantId, NAME)
  if (sealed === undefined) return { ...(await findFirstOfTenant(db, tenantId)), applied: {} }
  const record = parseJson(secretBox.open(sealed, contextOf(tenantId)))
  if (!isJsonObject(record)) throw new TypeError(`the seed record of tenant ${tenantId} is no object`)
  return record as unknown as SeedRecord // only `saveSeedRecord` can have sealed it
}
