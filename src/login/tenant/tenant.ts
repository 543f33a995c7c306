/** The tenant that a request addresses, found by its host name. */

import type { Clock } from '../../base/clock.ts'
import { createExpiringCache } from '../../base/expiring-cache.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../../store/database/database.ts'
import { findTenantByDomain, type TenantRecord } from '../../store/tenants/tenant-store.ts'
import type { LoginConfig } from '../http/login-config.ts'

export interface Tenant {
  readonly tenantId: TenantId
  /** For people: the heading of hosted pages. */
  readonly name: string
  /** With the trailing slash; tokens carry it as `iss`. */
  readonly issuer: string
  readonly allowedLogoutUrls: readonly string[]
}

export interface TenantDirectory {
  /** @param hostname of the request, without the port; an unknown one is the default tenant's */
  byHostname(hostname: string): Promise<Tenant | undefined>
}

/** Milliseconds until a changed domain or name is seen. */
const TTL_MS = 10_000
const MAX_HOSTNAMES = 1_000

/** The default tenant has the configured issuer; others are reached, and sign, under their own host name. */
const issuerOf = (record: TenantRecord, hostname: string, configured: string): string => {
  if (record.isDefault) return configured
  const url = new URL(configured)
  url.hostname = hostname
  return url.href
}

export const createTenantDirectory = ({
  db,
  clock,
  config,
}: {
  readonly db: Db
  readonly clock: Clock
  readonly config: Pick<LoginConfig, 'issuer'>
}): TenantDirectory => {
  const cache = createExpiringCache<Tenant | undefined>({ maxEntries: MAX_HOSTNAMES, ttlMs: TTL_MS, clock })

  const load = async (hostname: string): Promise<Tenant | undefined> => {
    const record = await findTenantByDomain(db, hostname)
    return (
      record && {
        tenantId: record.tenantId,
        name: record.friendlyName,
        issuer: issuerOf(record, hostname, config.issuer),
        allowedLogoutUrls: record.allowedLogoutUrls,
      }
    )
  }

  return { byHostname: hostname => cache.get(hostname.toLowerCase(), () => load(hostname.toLowerCase())) }
}
