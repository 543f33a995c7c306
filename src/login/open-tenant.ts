/** Opens the tenant of a server: creates it on the first start, and keeps `credentials.json` true on later ones. */

import { UnsealError } from '../base/secret-box.ts'
import { StartupError } from '../base/startup-error.ts'
import type { Config } from '../config/config.ts'
import { type Credentials, loadCredentials, saveCredentials } from '../config/credentials-file.ts'
import { type TenantId, toTenantId } from '../model/ids.ts'
import { tenantExists } from '../store/tenant-store.ts'
import { type SeedCredentials, type SeedDeps, seedTenant } from './seed-tenant.ts'
import { loadTenantKeys } from './tenant-keys.ts'

const toFile = (config: Config, { management, app, admin }: SeedCredentials): Credentials => ({
  issuer: config.issuer,
  management: {
    client_id: management.clientId,
    client_secret: management.clientSecret,
    audience: management.audience,
  },
  app: { client_id: app.clientId, client_secret: app.clientSecret, callbacks: app.callbacks },
  admin,
})

/** What a server that joins an existing tenant knows of its credentials: only what its settings say, if they say all. */
const fromSettings = (config: Config): Credentials | undefined => {
  const { managementClientId, managementClientSecret, appClientId, appClientSecret, adminPassword } = config
  if (!managementClientId || !managementClientSecret || !appClientId || !appClientSecret || !adminPassword)
    return undefined
  return toFile(config, {
    management: {
      clientId: managementClientId,
      clientSecret: managementClientSecret,
      audience: config.managementAudience,
    },
    app: { clientId: appClientId, clientSecret: appClientSecret, callbacks: config.appCallbacks },
    admin: { email: config.adminEmail, password: adminPassword },
  })
}

/** The file of an earlier start with the addresses of this one: another PORT makes another issuer. */
const withAddresses = (config: Config, known: Credentials): Credentials => ({
  ...known,
  issuer: config.issuer,
  management: { ...known.management, audience: config.managementAudience },
})

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

/**
 * Seeds the configured tenant if it does not exist and writes `DATA_DIR/credentials.json`.
 *
 * @throws StartupError when the tenant's keys cannot be opened with the configured key
 */
export const openTenant = async (config: Config, deps: SeedDeps): Promise<void> => {
  const tenantId = toTenantId(config.tenant)
  // A look before the work: keys and password hashes are slow to make, and seeding itself decides who creates.
  const seeded = (await tenantExists(deps.db, tenantId)) ? undefined : await seedTenant({ ...config, tenantId }, deps)
  await requireKeys(tenantId, deps)
  if (seeded) return saveCredentials(config.dataDir, toFile(config, seeded))
  const known = await loadCredentials(config.dataDir)
  const credentials = known ? withAddresses(config, known) : fromSettings(config)
  if (credentials) await saveCredentials(config.dataDir, credentials)
}
