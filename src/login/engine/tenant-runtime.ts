/** What serves a tenant: its keys and its OIDC engine, made when they are first needed. */

import { createHash } from 'node:crypto'
import type { Provider } from 'oidc-provider'
import { createExpiringCache } from '../../base/expiring-cache.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Step } from '../pipeline/step.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { loadTenantKeys, type TenantKeys } from '../tenant/tenant-keys.ts'
import type { TransactionServices } from '../transaction/transaction-services.ts'
import { createProvider, type EngineServices } from './provider.ts'

export interface TenantRuntimes {
  keys(tenantId: TenantId): Promise<TenantKeys>
  /** The tenant's engine; a new one when its keys have changed. */
  provider(tenant: Tenant, keys: TenantKeys): Provider
}

/** Milliseconds until every server signs with a new key and publishes it; keys are published long before they sign. */
const KEYS_TTL_MS = 60_000

/** Tenants in memory; an engine takes about a megabyte. */
const MAX_TENANTS = 100

interface Engine {
  readonly keys: string
  readonly provider: Provider
}

const fingerprint = (keys: TenantKeys): string =>
  createHash('sha256')
    .update([keys.cookie, ...keys.signing.map(({ kid }) => kid)].join(' '))
    .digest('base64')

export const createTenantRuntimes = (
  services: EngineServices,
  options: { readonly login: TransactionServices; readonly directory: Directory; readonly steps: readonly Step[] },
): TenantRuntimes => {
  const { db, secretBox, clock } = services
  const keys = createExpiringCache<TenantKeys>({ maxEntries: MAX_TENANTS, ttlMs: KEYS_TTL_MS, clock })
  const engines = new Map<string, Engine>()

  return {
    keys: tenantId => keys.get(tenantId, () => loadTenantKeys(db, tenantId, secretBox)),
    provider(tenant, tenantKeys) {
      const name = `${tenant.tenantId}\n${tenant.issuer}`
      const current = fingerprint(tenantKeys)
      const known = engines.get(name)
      const engine =
        known?.keys === current
          ? known
          : { keys: current, provider: createProvider({ tenant, keys: tenantKeys, services, ...options }) }
      engines.delete(name)
      engines.set(name, engine)
      const oldest = engines.size > MAX_TENANTS ? engines.keys().next().value : undefined
      if (oldest !== undefined) engines.delete(oldest)
      return engine.provider
    },
  }
}
