/** Opens the tenant of a server: creates it on the first start; on later ones applies what has changed, and keeps `credentials.json` true. */

import { UnsealError } from '../../base/secret-box.ts'
import { StartupError } from '../../base/startup-error.ts'
import type { Config } from '../../config/config.ts'
import { type Credentials, loadCredentials, saveCredentials } from '../../config/credentials-file.ts'
import { type TenantId, toTenantId } from '../../model/ids.ts'
import { findClient } from '../../store/tenants/client-store.ts'
import { findDefaultTenantId, tenantExists } from '../../store/tenants/tenant-store.ts'
import { findUserCredentials } from '../../store/users/user-store.ts'
import { applySettings } from './apply-settings.ts'
import { openClientSecret } from './directory.ts'
import { type AppliedSetting, loadSeedRecord } from './seed-record.ts'
import { type SeedCredentials, type SeedDeps, seedTenant } from './seed-tenant.ts'
import { loadTenantKeys } from './tenant-keys.ts'

export interface OpenedTenant {
  /** The tenant was created by this start. */
  readonly isNew: boolean
  /** The settings that this start has applied to a tenant that existed. */
  readonly applied: readonly AppliedSetting[]
  readonly administrator: string
}

const toFile = (config: Config, { management, app, admin }: SeedCredentials): Credentials => ({
  issuer: config.issuer,
  management: {
    client_id: management.clientId,
    client_secret: management.clientSecret,
    audience: config.managementAudience,
  },
  app: { client_id: app.clientId, client_secret: app.clientSecret, callbacks: app.callbacks },
  admin,
})

/** What is in force of what the first start has made. */
const loadInForce = async ({ managementAudience }: Config, tenantId: TenantId, { db, secretBox }: SeedDeps) => {
  const record = await loadSeedRecord(db, tenantId, secretBox)
  const clientOf = async (clientId: string) => {
    const client = await findClient(db, tenantId, clientId)
    const clientSecret = client?.sealedSecret && openClientSecret(secretBox, tenantId, clientId, client.sealedSecret)
    return { clientId, clientSecret: clientSecret ?? '', callbacks: client?.callbacks ?? [] }
  }
  const [management, app, admin] = await Promise.all([
    clientOf(record.managementClientId),
    clientOf(record.appClientId),
    findUserCredentials(db, tenantId, record.adminUserId),
  ])
  return { management: { ...management, audience: managementAudience }, app, admin }
}

/**
 * Keeps the file of an earlier start true: another PORT makes another issuer, and another server may have changed a secret.
 * A server without the file, which joins others, writes down only secrets that its settings tell, if they tell all of them.
 *
 * @returns the address of the administrator
 */
const refreshFile = async (config: Config, tenantId: TenantId, deps: SeedDeps): Promise<string> => {
  const { managementClientSecret, appClientSecret, adminPassword } = config
  const tellsAll = managementClientSecret && appClientSecret && adminPassword
  const known = await loadCredentials(config.dataDir)
  const { management, app, admin } = await loadInForce(config, tenantId, deps)
  const email = admin?.email ?? ''
  const isInForce = adminPassword !== undefined && (await deps.hasher.verify(admin?.passwordHash, adminPassword, ''))
  const password = isInForce ? adminPassword : known?.admin.password
  if (password === undefined || !(known || tellsAll)) return email
  await saveCredentials(config.dataDir, toFile(config, { management, app, admin: { email, password } }))
  return email
}

const requireKeys = async (tenantId: TenantId, { db, secretBox }: SeedDeps): Promise<void> => {
  try {
    await loadTenantKeys(db, tenantId, secretBox)
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error
    throw new StartupError(
      'ENCRYPTION_KEY is not the key with which this database was sealed: set the one of the first start, or unset it if there was none.',
    )
  }
}

const requireOnlyTenant = async (tenantId: TenantId, { db }: SeedDeps): Promise<void> => {
  const found = await findDefaultTenantId(db)
  if (found === undefined || found === tenantId) return
  throw new StartupError(
    `TENANT is ${tenantId}, but this database holds the tenant ${found}, and has room for one: set TENANT to ${found}, or give ${tenantId} a database of its own.`,
  )
}

/** Seeds the tenant; of servers that start together, with other names even, one does. */
const seed = async (config: Config, tenantId: TenantId, deps: SeedDeps): Promise<SeedCredentials | undefined> => {
  try {
    return await seedTenant({ ...config, tenantId }, deps)
  } catch (error) {
    await requireOnlyTenant(tenantId, deps)
    throw error
  }
}

/**
 * Seeds the configured tenant if it does not exist, applies changed settings if it does, and writes
 * `DATA_DIR/credentials.json`.
 *
 * @param at now
 * @throws StartupError when the tenant's keys cannot be opened with the configured key, the database is another tenant's, or
 *   a setting cannot be applied
 */
export const openTenant = async (config: Config, deps: SeedDeps, at: Date): Promise<OpenedTenant> => {
  const tenantId = toTenantId(config.tenant)
  // A look before the work: keys and password hashes are slow to make, and seeding itself decides who creates.
  await requireOnlyTenant(tenantId, deps)
  const seeded = (await tenantExists(deps.db, tenantId)) ? undefined : await seed(config, tenantId, deps)
  await requireKeys(tenantId, deps)
  if (seeded) {
    await saveCredentials(config.dataDir, toFile(config, seeded))
    return { isNew: true, applied: [], administrator: seeded.admin.email }
  }
  const applied = await applySettings(config, tenantId, deps, at)
  const administrator = await refreshFile(config, tenantId, deps)
  return { isNew: false, applied, administrator }
}
